using Ftte.TinyEngine.Kernels;
using static System.FormattableString;

namespace Ftte.TinyEngine;

/// <summary>Represents ReLU, ReLU6 or leaky ReLU, computed in place.</summary>
/// <remarks>Saved for backward: one bit per value.</remarks>
internal sealed class MaskedActivation(string name, Value input, Value output, MaskedActivationKind kind, float slope = 0) : Operation(name, output, input)
{
    public MaskedActivationKind Kind { get; } = kind;

    public float Slope { get; } = slope;

    public override bool EagerKeepsOutput => true;

    protected override string Settings => Invariant($"{Kind} {Slope}");
}
