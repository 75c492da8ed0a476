use dlms_core::enumeration;

enumeration! {
    /// How the rows are ordered, and so which one goes when there is no room: the oldest if they are unsorted,
    /// the last in order if they are sorted.
    pub enum SortMethod {
        /// Unsorted, the oldest first.
        Fifo = 1,
        /// Unsorted, the newest first.
        Lifo = 2,
        /// By the sort object, the largest first.
        Largest = 3,
        /// By the sort object, the smallest first.
        Smallest = 4,
        /// By the absolute value of the sort object, the smallest first.
        NearestToZero = 5,
        /// By the absolute value of the sort object, the largest first.
        FarestFromZero = 6,
    }
}

impl SortMethod {
    /// Whether the rows are ordered by a column.
    #[must_use]
    pub const fn is_sorted(self) -> bool {
        matches!(self, Self::Largest | Self::Smallest | Self::NearestToZero | Self::FarestFromZero)
    }
}
