namespace Ftte.Samples.Shared;

/// <summary>Represents invalid input. The message is one line with the problem and the solution; the program ends with exit code 2.</summary>
internal sealed class InputException(string message, Exception? inner = null) : Exception(message, inner);
