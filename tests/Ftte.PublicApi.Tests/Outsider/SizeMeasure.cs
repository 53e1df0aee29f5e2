using System.Numerics.Tensors;
using Ftte.Selection;
using Ftte.TinyEngine;
using Ftte.TinyEngine.Importance;

namespace Ftte.PublicApi.Tests.Outsider;

/// <summary>An importance measure: the sum of the magnitudes of a block's parameters.</summary>
internal sealed class SizeMeasure : IImportanceMeasure
{
    public BlockImportance Measure(Network network, ReadOnlySpan<float> parameters, IExampleSource examples, CancellationToken cancellationToken = default)
    {
        var values = new double[network.Layout.Blocks.Length];
        for (int block = 0; block < values.Length; block++)
        {
            if (network.Layout.Blocks[block] is { Role: ParameterRole.Trainable, Range: var range })
            {
                values[block] = TensorPrimitives.SumOfMagnitudes(parameters.Slice(range.Start, range.Length));
            }
        }

        return new BlockImportance(network.Layout, values);
    }
}
