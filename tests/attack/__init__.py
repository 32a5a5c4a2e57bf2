"""An attack on the running site by hostile uploads, odd requests and slow senders; `make attack` runs it."""
