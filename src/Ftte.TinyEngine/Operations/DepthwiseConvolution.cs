using System.Collections.Immutable;
using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine;

/// <summary>Represents a depthwise convolution: each channel has its own kernel.</summary>
/// <remarks>Saved for backward: the input of the trained channels, if any weight is trained.</remarks>
internal sealed class DepthwiseConvolution(string name, Value input, Value output, ConvolutionShape shape, bool hasBias) : Operation(name, output, input)
{
    public ConvolutionShape Shape { get; } = shape;

    public bool HasBias { get; } = hasBias;

    /// <summary>Gets the number of taps of the kernel.</summary>
    public int Taps => Shape.KernelHeight * Shape.KernelWidth;

    public override ImmutableArray<BlockDefinition> Blocks
    {
        get
        {
            var weight = new BlockDefinition($"{Name}.weight", [Shape.KernelHeight, Shape.KernelWidth, 1, Shape.Channels], BlockRole.Weight)
            {
                FileShape = [Shape.Channels, 1, Shape.KernelHeight, Shape.KernelWidth],
            };
            return HasBias ? [weight, new BlockDefinition($"{Name}.bias", [Shape.Channels], BlockRole.Bias)] : [weight];
        }
    }

    public override bool MayKeepInput => true;

    public override bool EagerKeepsInput => true;

    protected override string Settings => $"{Shape} {HasBias}";

    public override long MultiplyAdds => (long)Shape.OutputHeight * Shape.OutputWidth * Shape.WeightCount;

    public override void Initialize(Span<float> parameters, ulong seed) =>
        WeightInitializer.Draw(parameters, Parameters[0].Range, seed, Taps, Output);

    public override IEnumerable<OperationChoice> Choices(IReadOnlyList<double> inputShares)
    {
        ImmutableArray<ParameterRange> bias = HasBias ? [Parameters[1].Range] : [];
        if (HasBias)
        {
            yield return new OperationChoice("bias", bias, 0);
        }

        int channels = Shape.Channels;
        foreach (int count in inputShares.Select(s => Math.Clamp((int)Math.Ceiling(s * channels), 1, channels)).Distinct())
        {
            string description = count == channels ? "weight" : $"weight, {count} of {channels} inputs";
            int start = Parameters[0].Range.Start;
            ImmutableArray<ParameterRange> ranges = count == channels
                ? [Parameters[0].Range]
                : [.. Enumerable.Range(0, Taps).Select(tap => new ParameterRange(start + (tap * channels), count))];
            long work = MultiplyAdds * count / channels;
            yield return new OperationChoice(description, ranges, work);
            if (HasBias)
            {
                yield return new OperationChoice($"{description}, bias", [.. ranges, .. bias], work);
            }
        }
    }
}
