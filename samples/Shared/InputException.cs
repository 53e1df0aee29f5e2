namespace Ftte.Samples.Shared;

/// <summary>What the user gave cannot be used: one line that says what is wrong and what to do. The program ends with exit code 2.</summary>
internal sealed class InputException(string message, Exception? inner = null) : Exception(message, inner);
