using static System.FormattableString;

namespace Ftte.TinyEngine;

/// <summary>Represents the mean over the whole image.</summary>
/// <remarks>Saved for backward: nothing.</remarks>
internal sealed class GlobalPooling(string name, Value input, Value output, int pixels) : Operation(name, output, input)
{
    public int Pixels { get; } = pixels;

    protected override string Settings => Invariant($"{Pixels}");
}
