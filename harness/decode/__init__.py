"""CapturedRequest -> Hit: bodies, batches, dispatch by host and path."""
