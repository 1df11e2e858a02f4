import { Check, ChevronDown } from 'lucide-react';
import { Select as Radix } from 'radix-ui';
import { cn } from '../../lib/cn.ts';
import { FIELD_CLASSES } from './input.tsx';

type SelectOption = { value: string; label: string; hint?: string };

type SelectProps = {
  value: string;
  onValueChange: (value: string) => void;
  options: readonly SelectOption[];
  placeholder?: string;
  id?: string;
  'aria-label'?: string;
  'aria-describedby'?: string;
  className?: string;
};

export const Select = ({ value, onValueChange, options, placeholder, className, ...trigger }: SelectProps) => (
  <Radix.Root value={value} onValueChange={onValueChange}>
    <Radix.Trigger {...trigger} className={cn(FIELD_CLASSES, 'flex h-9 items-center justify-between gap-2 text-left', className)}>
      <span className="truncate">
        <Radix.Value placeholder={placeholder} />
      </span>
      <Radix.Icon>
        <ChevronDown aria-hidden className="size-4 text-faint" />
      </Radix.Icon>
    </Radix.Trigger>
    <Radix.Portal>
      <Radix.Content
        position="popper"
        sideOffset={6}
        className="z-50 max-h-80 min-w-(--radix-select-trigger-width) animate-pop overflow-hidden rounded-md bg-raised p-1 shadow-float ring-1 ring-line"
      >
        <Radix.Viewport>
          {options.map((option) => (
            <Radix.Item
              key={option.value}
              value={option.value}
              className="relative flex cursor-default flex-col rounded-sm py-1.5 pr-8 pl-2.5 text-sm outline-none select-none data-[highlighted]:bg-hover"
            >
              <Radix.ItemText>{option.label}</Radix.ItemText>
              {option.hint ? <span className="text-xs text-faint">{option.hint}</span> : null}
              <Radix.ItemIndicator className="absolute top-2 right-2.5">
                <Check aria-hidden className="size-4 text-accent-text" />
              </Radix.ItemIndicator>
            </Radix.Item>
          ))}
        </Radix.Viewport>
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
);
