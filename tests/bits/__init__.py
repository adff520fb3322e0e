"""Instructions, trees and predictions, against models that others wrote and against an H100."""
