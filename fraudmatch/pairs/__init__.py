"""Two records laid side by side: found in a night or a link folder, explained, shown."""
