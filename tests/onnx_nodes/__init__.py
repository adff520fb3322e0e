"""The ONNX backend node tests as judges of the references: each model becomes a network of trtexp layers."""
