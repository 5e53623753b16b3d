"""What each migration does; the number in the file name is the schema it brings the store to."""
