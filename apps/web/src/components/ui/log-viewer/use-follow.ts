'use client';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** Distance from the bottom, in pixels, that still counts as being there. */
const NEAR = 24;

/** Keeps a scrolling box at its end while new content arrives, until the reader scrolls up. */
export function useFollow<T extends HTMLElement>() {
  const ref = useRef<T>(null);
  const lastTop = useRef(0);
  const [following, setFollowing] = useState(true);

  const toEnd = useCallback(() => {
    const box = ref.current;
    if (box) box.scrollTop = box.scrollHeight;
  }, []);

  // After every draw: what was drawn may be longer than before.
  useLayoutEffect(() => {
    if (following) toEnd();
  });

  useEffect(() => {
    const box = ref.current;
    if (!box || !following) return;
    const observer = new ResizeObserver(toEnd);
    observer.observe(box);
    return () => observer.disconnect();
  }, [following, toEnd]);

  /** Only a move upwards is the reader's wish: blocks that get their real height move the end away by themselves. */
  const onScroll = useCallback(() => {
    const box = ref.current;
    if (!box) return;
    const movedUp = box.scrollTop < lastTop.current - 1;
    lastTop.current = box.scrollTop;
    const near = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
    if (near) setFollowing(true);
    else if (movedUp) setFollowing(false);
  }, []);

  const follow = useCallback(() => {
    setFollowing(true);
    toEnd();
  }, [toEnd]);

  return { ref, following, onScroll, follow, unfollow: useCallback(() => setFollowing(false), []) };
}
