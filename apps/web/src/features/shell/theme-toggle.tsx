'use client';
import { Monitor, Moon, Sun } from 'lucide-react';
import { useTheme } from 'next-themes';
import { Button } from '../../components/ui/button.tsx';
import { Menu, MenuItem } from '../../components/ui/dropdown-menu.tsx';

const THEMES = [
  { value: 'light', label: 'Light', Icon: Sun },
  { value: 'dark', label: 'Dark', Icon: Moon },
  { value: 'system', label: 'As the system', Icon: Monitor },
] as const;

/** The icon follows the class on <html>, so that it is right before any script ran. */
export const ThemeToggle = () => {
  const { setTheme } = useTheme();
  return (
    <Menu
      className="min-w-40"
      trigger={
        <Button variant="ghost" size="icon" aria-label="Colour theme">
          <Sun aria-hidden className="dark:hidden" />
          <Moon aria-hidden className="hidden dark:block" />
        </Button>
      }
    >
      {THEMES.map(({ value, label, Icon }) => (
        <MenuItem key={value} onSelect={() => setTheme(value)}>
          <Icon aria-hidden /> {label}
        </MenuItem>
      ))}
    </Menu>
  );
};
