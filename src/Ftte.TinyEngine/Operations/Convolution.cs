using System.Collections.Immutable;
using Ftte.Selection;
using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine;

/// <summary>Represents a convolution, optionally grouped. A linear layer is a convolution of a 1 x 1 image, a 1-D convolution one of height 1.</summary>
/// <remarks>
/// Saved for backward: if any weight is trained, the input channels of the trained weights; otherwise nothing, even if the bias is trained or the
/// gradient only passes through.
/// </remarks>
internal sealed class Convolution(string name, Value input, Value output, ConvolutionShape shape, bool hasBias) : Operation(name, output, input)
{
    public ConvolutionShape Shape { get; } = shape;

    public bool HasBias { get; } = hasBias;

    /// <summary>Gets the dimensions of the weights in the flat vector.</summary>
    public required int[] WeightShape { get; init; }

    /// <summary>Gets the dimensions of <see cref="BlockDefinition.View"/>.</summary>
    public required int[] WeightView { get; init; }

    /// <summary>Gets the dimensions of the weights in a file.</summary>
    public required int[] WeightFileShape { get; init; }

    public override ImmutableArray<BlockDefinition> Blocks
    {
        get
        {
            var weight = new BlockDefinition($"{Name}.weight", WeightShape, BlockRole.Weight) { View = WeightView, FileShape = WeightFileShape };
            return HasBias ? [weight, new BlockDefinition($"{Name}.bias", [Shape.Filters], BlockRole.Bias)] : [weight];
        }
    }

    public override bool MayKeepInput => true;

    public override bool EagerKeepsInput => true;

    protected override string Settings => $"{Shape} {HasBias}";

    public override long MultiplyAdds => (long)Shape.OutputHeight * Shape.OutputWidth * Shape.WeightCount;

    /// <summary>Initializes weights uniformly with variance 2 / inputs before a ReLU and 1 / inputs otherwise; the bias is 0.</summary>
    /// <remarks>
    /// He et al., "Delving Deep into Rectifiers" (ICCV 2015), in its uniform form: a square root is exact on every machine, but the logarithm and the cosine
    /// of a normal distribution are not.
    /// </remarks>
    public override void Initialize(Span<float> parameters, ulong seed) =>
        WeightInitializer.Draw(parameters, Parameters[0].Range, seed, Shape.WeightRows, Output);

    public override IEnumerable<OperationChoice> Choices(IReadOnlyList<double> inputShares)
    {
        ImmutableArray<ParameterRange> bias = HasBias ? [Parameters[1].Range] : [];
        if (HasBias)
        {
            yield return new OperationChoice("bias", bias, 0);
        }

        int channels = Shape.GroupChannels;
        IEnumerable<double> shares = Shape.Groups == 1 ? inputShares : [1];
        foreach (int count in shares.Select(s => Math.Clamp((int)Math.Ceiling(s * channels), 1, channels)).Distinct())
        {
            string description = count == channels ? "weight" : $"weight, {count} of {channels} inputs";
            ChannelWindow? window = count == channels
                ? null
                : new ChannelWindow(Parameters[0].Range, Shape.KernelHeight * Shape.KernelWidth, channels, count);
            ImmutableArray<ParameterRange> ranges = window?.Ranges ?? [Parameters[0].Range];
            long work = MultiplyAdds * count / channels;
            yield return new OperationChoice(description, ranges, work, window);
            if (HasBias)
            {
                yield return new OperationChoice($"{description}, bias", [.. ranges, .. bias], work, window);
            }
        }
    }
}
