using System.Collections.Immutable;
using System.Globalization;
using Ftte.Selection;
using Ftte.TinyEngine;
using Ftte.TinyEngine.Kernels;

namespace Ftte.Baselines;

/// <summary>Computes the memory of training with the accounting of TTE, in which the published selections are stated. Intended for comparison with the paper.</summary>
/// <remarks>
/// <para>"On-Device Training Under 256KB Memory" (arXiv 2206.15472) and its code count int8 training of one example. The count is a sum and not a peak, over the
/// convolutions that the bias update reaches; a convolution has a bias, into which normalization is folded. Each convolution counts</para>
/// <list type="bullet">
/// <item>a mask, 1 bit per output value, and its bias, 32 bits per filter;</item>
/// <item>if its weights are trained at a ratio, 8 bits per input value of the trained channels and 8 bits per trained weight.</item>
/// </list>
/// <para>The input of the classifier counts 8 bits per value; its weights do not count. Transient memory, the frozen weights and the batch are not counted;
/// <see cref="NetworkPlanning.Profile(Network, int)"/> includes all of them.</para>
/// </remarks>
public sealed class TteAccounting
{
    private const long ActivationBits = 8, WeightBits = 8, BiasBits = 32, MaskBits = 1;

    private readonly ImmutableArray<CountedConvolution> _convolutions;
    private readonly long _classifierBits;

    /// <summary>Creates the accounting of a network.</summary>
    /// <param name="network">The network; its convolutions are numbered in execution order, from 0.</param>
    /// <exception cref="ArgumentException">The network has no convolution.</exception>
    public TteAccounting(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        _convolutions = [.. network.Operations.Select(CountedConvolution.Of).OfType<CountedConvolution>()];
        if (_convolutions.IsEmpty)
        {
            throw new ArgumentException("The network has no convolution, but TTE counts only convolutions. Use a network with a convolution.", nameof(network));
        }

        Network = network;
        _classifierBits = ActivationBits * network.Operations.OfType<Convolution>().Where(c => !CountedConvolution.IsCounted(c)).Sum(c => (long)c.Shape.InputValues);
    }

    /// <summary>Gets the network.</summary>
    public Network Network { get; }

    /// <summary>Gets the number of convolutions.</summary>
    public int ConvolutionCount => _convolutions.Length;

    /// <summary>Gets the number of weights and biases of all convolutions.</summary>
    public long ParameterCount => _convolutions.Sum(c => c.Weights + (long)c.Shape.Filters);

    /// <summary>Computes the cost of a selection in the form in which TTE states it.</summary>
    /// <param name="biasDepth">The number of last convolutions whose bias is trained.</param>
    /// <param name="ratios">The ratio of input channels at which the weights of a convolution are trained, by the number of the convolution; 0 for no weights.</param>
    /// <returns>The bytes, and the number of trained weights and biases.</returns>
    /// <exception cref="ArgumentException">The depth or a number is out of range, a ratio is not in [0, 1], or weights are trained that the bias update does not reach.</exception>
    public TteCost Count(int biasDepth, IReadOnlyDictionary<int, double> ratios)
    {
        ArgumentNullException.ThrowIfNull(ratios);
        ArgumentOutOfRangeException.ThrowIfNegative(biasDepth);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(biasDepth, ConvolutionCount);
        int first = ConvolutionCount - biasDepth;
        foreach ((int convolution, double ratio) in ratios)
        {
            if (convolution < first || convolution >= ConvolutionCount || !(ratio >= 0 && ratio <= 1))
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"Convolution {convolution} has ratio {ratio}. Specify ratios from 0 to 1 for convolutions {first} to {ConvolutionCount - 1}, which the bias update reaches."), nameof(ratios));
            }
        }

        long bits = _classifierBits, parameters = 0;
        for (int i = first; i < ConvolutionCount; i++)
        {
            CountedConvolution convolution = _convolutions[i];
            int channels = convolution.ChannelsAt(ratios.GetValueOrDefault(i));
            bits += convolution.PassBits + convolution.BiasBits + convolution.WeightBits(channels);
            parameters += convolution.Shape.Filters + convolution.WeightsOf(channels);
        }

        return new TteCost(bits / 8.0, parameters, (double)parameters / ParameterCount);
    }

    /// <summary>Creates a profile of the accounting for any selector. The peak of the profile is TTE's sum over every convolution from the cut on.</summary>
    /// <param name="ratios">The ratios at which weights may be trained, in (0, 1].</param>
    /// <returns>
    /// A step for each convolution, with the bias alone and the weights at each ratio with the bias. The bias is that of the convolution or, if
    /// it has none, the shift of the normalization that follows. Bytes are rounded up for each choice.
    /// </returns>
    /// <exception cref="ArgumentException">A ratio is not in (0, 1].</exception>
    public TrainingProfile Profile(params ReadOnlySpan<double> ratios)
    {
        foreach (double ratio in ratios)
        {
            if (!(ratio > 0 && ratio <= 1))
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"A ratio is {ratio}. Specify ratios above 0 and up to 1."), nameof(ratios));
            }
        }

        var steps = ImmutableArray.CreateBuilder<TrainingStep>(ConvolutionCount);
        foreach (CountedConvolution convolution in _convolutions)
        {
            // The backward pass reaches every convolution from the cut on. TTE trains the biases of all of them; in the profile, the selector decides.
            long pass = Bytes(convolution.PassBits), bias = pass + Bytes(convolution.BiasBits);
            var choices = ImmutableArray.CreateBuilder<TrainingChoice>();
            if (!convolution.Bias.IsEmpty)
            {
                choices.Add(new TrainingChoice("bias", convolution.Bias, bias));
            }

            foreach (int channels in ratios.ToArray().Select(convolution.ChannelsAt).Distinct().Order())
            {
                choices.Add(new TrainingChoice(
                    $"weight, {channels} of {convolution.Shape.Channels} inputs, bias",
                    [.. convolution.RangesOf(channels), .. convolution.Bias],
                    bias + Bytes(convolution.WeightBits(channels)),
                    MultiplyAdds: convolution.Operation.MultiplyAdds * channels / convolution.Shape.Channels));
            }

            steps.Add(new TrainingStep(convolution.Operation.Name, 0, 0, 0, pass, choices.ToImmutable())
            {
                ForwardMultiplyAdds = convolution.Operation.MultiplyAdds,
                InputGradientMultiplyAdds = convolution.Operation.MultiplyAdds,
            });
        }

        return new TrainingProfile(Network.Layout, Bytes(_classifierBits), steps.MoveToImmutable());
    }

    private static long Bytes(long bits) => (bits + 7) / 8;

    /// <summary>Represents a convolution with the parts that TTE counts.</summary>
    private sealed record CountedConvolution(Operation Operation, ConvolutionShape Shape, bool IsDepthwise, ImmutableArray<ParameterRange> Bias)
    {
        public long PassBits => MaskBits * Shape.OutputValues;

        public long BiasBits => TteAccounting.BiasBits * Shape.Filters;

        public long Weights => WeightsOf(Shape.Channels);

        private int Places => Shape.KernelHeight * Shape.KernelWidth;

        public static CountedConvolution? Of(Operation operation) => operation switch
        {
            Convolution c when IsCounted(c) => new CountedConvolution(c, c.Shape, false, BiasOf(c)),
            DepthwiseConvolution d => new CountedConvolution(d, d.Shape, true, BiasOf(d)),
            _ => null,
        };

        /// <summary>Determines whether a convolution counts. A linear layer, which has an image of one pixel, does not.</summary>
        public static bool IsCounted(Convolution convolution) => convolution.Shape.Height * convolution.Shape.Width > 1;

        public int ChannelsAt(double ratio) => ratio == 0 ? 0 : Math.Clamp((int)Math.Ceiling(ratio * Shape.Channels), 1, Shape.Channels);

        public long WeightsOf(int channels) => (long)Places * (IsDepthwise ? channels
            : Shape.Groups > 1 ? (channels > 0 ? Shape.GroupChannels * Shape.Filters : 0)
            : channels * Shape.Filters);

        public long WeightBits(int channels) =>
            (ActivationBits * Shape.Height * Shape.Width * channels) + (TteAccounting.WeightBits * WeightsOf(channels));

        public ImmutableArray<ParameterRange> RangesOf(int channels)
        {
            ParameterRange all = Operation.Parameters[0].Range;
            bool isWhole = channels == Shape.Channels || (Shape.Groups > 1 && !IsDepthwise);
            return isWhole ? [all] : new ChannelWindow(all, Places, Shape.Channels, channels).Ranges;
        }

        private static ImmutableArray<ParameterRange> BiasOf(Operation operation)
        {
            Operation owner = operation.Parameters.Length > 1 ? operation : operation.Output.Consumers.OfType<BatchNorm>().FirstOrDefault() ?? operation;
            return owner.Parameters.Length > 1 ? [owner.Parameters[1].Range] : [];
        }
    }
}
