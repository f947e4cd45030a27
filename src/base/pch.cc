// The one user of pch.h by itself: other targets take the compiled header from this one's.
