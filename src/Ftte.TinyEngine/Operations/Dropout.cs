using static System.FormattableString;

namespace Ftte.TinyEngine;

/// <summary>Represents dropout (Srivastava et al., JMLR 2014), in place.</summary>
/// <remarks>Saved for backward: nothing. The dropped positions follow from the seed of the step, so the backward pass can recompute them.</remarks>
internal sealed class Dropout(string name, Value input, Value output, float rate) : Operation(name, output, input)
{
    public float Rate { get; } = rate;

    public override bool EagerKeepsOutput => true;

    protected override string Settings => Invariant($"{Rate}");
}
