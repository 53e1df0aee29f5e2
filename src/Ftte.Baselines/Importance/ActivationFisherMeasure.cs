using Ftte.Selection;
using Ftte.TinyEngine;
using Ftte.TinyEngine.Importance;

namespace Ftte.Baselines;

/// <summary>Measures the Fisher information of activations: the dependence of the loss on the channels of each layer's output (Kwon et al., TinyTrain, ICML 2024).</summary>
/// <remarks>
/// <para>The value of a layer is the sum over its output channels c of the sum over examples n of (sum over positions d of a_ncd dL_n/da_ncd)^2 / (2N), with a the
/// layer's output and L_n the loss of example n. Layers are convolutions, linear layers and normalizations. The value of a layer is divided among its blocks in proportion to
/// their numbers of parameters, so that a whole layer has the value of the paper.</para>
/// <para><b>Computed exactly, without activations</b>: multiplying channel c of the output of a convolution, a linear layer or an affine normalization by 1 + e
/// is the same as multiplying the weights and the bias of the channel by 1 + e. The derivative of the loss with respect to e, at 0, is the sum over d of
/// a_ncd dL_n/da_ncd, and also the sum over those parameters of w_j dL_n/dw_j, which is computed from one gradient per example. A ReLU after the
/// layer does not change the value, because a dL/da is the same before and after it.</para>
/// <para>Holds the gradient of the whole network for one example at a time.</para>
/// </remarks>
public sealed class ActivationFisherMeasure : IImportanceMeasure
{
    /// <inheritdoc />
    public BlockImportance Measure(
        Network network, ReadOnlySpan<float> parameters, IExampleSource examples, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        float[] weights = parameters.ToArray();
        double[] layers = new double[network.Operations.Length];
        ExampleGradients.ForEach(network, parameters, examples, gradient => AddSquares(network, weights, gradient, layers), cancellationToken);
        double[] values = new double[network.Layout.Blocks.Length];
        foreach (Operation layer in network.Operations)
        {
            double value = layers[layer.Step] / (2.0 * examples.Count);
            long parameterCount = layer.Trainable.Sum(b => (long)b.Range.Length);
            foreach (ParameterBlock block in layer.Trainable)
            {
                values[network.Layout.Blocks.IndexOf(block)] = value * block.Range.Length / parameterCount;
            }
        }

        return BlockValues.Seal(network, values);
    }

    /// <summary>Adds, for one example, the squares of all channels of each layer.</summary>
    private static void AddSquares(Network network, float[] weights, ReadOnlySpan<float> gradient, double[] layers)
    {
        foreach (Operation layer in network.Operations.Where(o => o.Trainable.Any()))
        {
            double[] channels = new double[layer.Output.Shape.Channels];
            foreach (ParameterBlock block in layer.Trainable)
            {
                // The output channel is the last dimension of every block.
                for (int i = 0; i < block.Range.Length; i++)
                {
                    int j = block.Range.Start + i;
                    channels[i % channels.Length] += (double)weights[j] * gradient[j];
                }
            }

            layers[layer.Step] += channels.Sum(s => s * s);
        }
    }
}
