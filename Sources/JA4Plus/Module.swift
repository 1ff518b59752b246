// JA4Plus
