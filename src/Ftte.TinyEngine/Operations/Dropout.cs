using static System.FormattableString;

namespace Ftte.TinyEngine;

/// <summary>Dropout (Srivastava et al., JMLR 2014), in place.</summary>
/// <remarks>Saved for backward: nothing. The dropped values follow from the step's seed, so that the backward pass can drop the same again.</remarks>
internal sealed class Dropout(string name, Value input, Value output, float rate) : Operation(name, output, input)
{
    public float Rate { get; } = rate;

    public override bool EagerKeepsOutput => true;

    protected override string Settings => Invariant($"{Rate}");
}
