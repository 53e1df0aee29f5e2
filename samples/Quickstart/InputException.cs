namespace Quickstart;

/// <summary>Something that the user gave cannot be used. The message is one line that says what is wrong and what to do; the exit code is 2.</summary>
internal sealed class InputException(string message, Exception? inner = null) : Exception(message, inner);
