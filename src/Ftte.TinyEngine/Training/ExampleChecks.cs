using Ftte.TinyEngine.Execution;

namespace Ftte.TinyEngine;

/// <summary>Validates that examples, vectors and options fit a network.</summary>
internal static class ExampleChecks
{
    /// <summary>Validates that examples match the network, and returns their number.</summary>
    internal static int CheckFits(this Network network, IExampleSource examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        if (examples.InputLength != network.InputLength)
        {
            throw new ArgumentException($"Layer '{network.Operations[0].Name}' takes {network.InputLength} inputs, but the examples have {examples.InputLength}. Specify examples for this network.", nameof(examples));
        }

        int count = examples.Count;
        if (count < 1)
        {
            throw new ArgumentException("There are no examples. Specify at least one.", nameof(examples));
        }

        if (!network.Loss.TakesLabels && (examples is not ITargetSource targets || targets.TargetLength != network.OutputLength))
        {
            throw new ArgumentException(
                $"Loss '{network.Loss.Name}' compares {network.OutputLength} outputs with a target. Use examples that implement {nameof(ITargetSource)} with {network.OutputLength} values.", nameof(examples));
        }

        return count;
    }

    /// <summary>Validates that the label of an example is a class of the network, and returns it.</summary>
    /// <exception cref="InvalidOperationException">The label is not a class of the network.</exception>
    internal static int CheckLabel(this Network network, int index, int label)
    {
        int classes = network.ClassCount;
        return (uint)label < (uint)classes
            ? label
            : throw new InvalidOperationException($"Example {index} has label {label}, but the network has {classes} classes, 0 to {classes - 1}. Correct the label, or use a network with more classes.");
    }

    /// <summary>Validates that features of the frozen prefix can be kept, if the options require it.</summary>
    internal static void CheckCache(this Network network, EngineOptions? engine, IExampleSource examples, ParameterSelection selection)
    {
        if (engine is not { KeepsFeatures: true })
        {
            return;
        }

        if (examples.VariesByDraw())
        {
            throw new ArgumentException("The examples vary between visits, so the output of the frozen layers cannot be kept. Set CacheFrozenFeatures to false and FeatureStore to null, or turn augmentation off.", nameof(engine));
        }

        int cut = Array.FindIndex(network.Operations, o => o.Trainable.Any(b => TileDecomposition.Selects(selection, b.Range)));
        if (network.Operations.Take(Math.Max(0, cut)).Any(o => o is Dropout { Rate: > 0 }))
        {
            throw new ArgumentException("There is dropout before the first trained layer, so the output of the frozen layers cannot be kept. Set CacheFrozenFeatures to false and FeatureStore to null.", nameof(engine));
        }
    }

    /// <summary>Validates that a vector and examples match the network, and returns the number of examples.</summary>
    internal static int CheckFits(this Network network, ReadOnlySpan<float> parameters, IExampleSource examples)
    {
        int count = network.CheckFits(examples);
        network.CheckFits(parameters);
        return count;
    }
}
