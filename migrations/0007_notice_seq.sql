-- The live channel asks whom the last events told, on every node, after every batch of notices.
CREATE INDEX notice_seq ON notice (seq);
