"""The outside world: the PDF printer, the picture maker, QR codes, the disk. No web framework."""
