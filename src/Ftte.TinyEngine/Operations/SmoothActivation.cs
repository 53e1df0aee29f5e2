using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine;

/// <summary>Represents sigmoid, tanh or h-swish.</summary>
/// <remarks>Saved for backward: the output of sigmoid and tanh, the input of h-swish.</remarks>
internal sealed class SmoothActivation(string name, Value input, Value output, SmoothActivationKind kind) : Operation(name, output, input)
{
    public SmoothActivationKind Kind { get; } = kind;

    public override bool MayKeepInput => Kind == SmoothActivationKind.HardSwish;

    public override bool MayKeepOutput => Kind != SmoothActivationKind.HardSwish;

    public override bool EagerKeepsInput => MayKeepInput;

    public override bool EagerKeepsOutput => MayKeepOutput;

    protected override string Settings => $"{Kind}";
}
