"""Rating schemes: drafts, the preview of their effect, publishing, rating labels again."""
