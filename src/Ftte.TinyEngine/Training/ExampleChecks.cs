using Ftte.TinyEngine.Execution;

namespace Ftte.TinyEngine;

/// <summary>Checks that examples, vectors and options fit a network.</summary>
internal static class ExampleChecks
{
    /// <summary>Checks that examples can be fed to this network, and returns their number.</summary>
    internal static int CheckFits(this Network network, IExampleSource examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        if (examples.InputLength != network.InputLength)
        {
            throw new ArgumentException($"Layer '{network.Operations[0].Name}' takes {network.InputLength} inputs, the examples have {examples.InputLength}.", nameof(examples));
        }

        int count = examples.Count;
        if (count < 1)
        {
            throw new ArgumentException("There are no examples; give at least one.", nameof(examples));
        }

        if (!network.Loss.TakesLabels && (examples is not ITargetSource targets || targets.TargetLength != network.OutputLength))
        {
            throw new ArgumentException(
                $"Loss '{network.Loss.Name}' compares {network.OutputLength} outputs with a target; give it examples that are an {nameof(ITargetSource)} of {network.OutputLength} values.", nameof(examples));
        }

        return count;
    }

    /// <summary>Checks that features of the frozen prefix may be kept, if that is asked for.</summary>
    internal static void CheckCache(this Network network, EngineOptions? engine, IExampleSource examples, ParameterSelection selection)
    {
        if (engine is not { KeepsFeatures: true })
        {
            return;
        }

        if (examples.VariesByDraw())
        {
            throw new ArgumentException("The examples vary between visits, so what the frozen layers make of them cannot be kept; turn CacheFrozenFeatures or the augmentation off, and give no FeatureStore.", nameof(engine));
        }

        int cut = Array.FindIndex(network.Operations, o => o.Trainable.Any(b => TileDecomposition.Selects(selection, b.Range)));
        if (network.Operations.Take(Math.Max(0, cut)).Any(o => o is Dropout { Rate: > 0 }))
        {
            throw new ArgumentException("There is dropout before the first trained layer, so what the frozen layers make cannot be kept; turn CacheFrozenFeatures off and give no FeatureStore.", nameof(engine));
        }
    }

    /// <summary>Checks that a vector and examples can be fed to this network, and returns the number of examples.</summary>
    internal static int CheckFits(this Network network, ReadOnlySpan<float> parameters, IExampleSource examples)
    {
        int count = network.CheckFits(examples);
        network.CheckFits(parameters);
        return count;
    }
}
