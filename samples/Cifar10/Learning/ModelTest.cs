using System.Collections.Immutable;
using Ftte;
using Ftte.Simulation;
using Ftte.TinyEngine;

namespace Cifar10.Learning;

/// <summary>Tests a model by class: on all images with equal weight, and with the class distribution of stragglers.</summary>
internal sealed class ModelTest : IDisposable
{
    private const int Batch = 50;

    private readonly ImmutableArray<Cifar10Examples> _byClass;
    private readonly ImmutableArray<double> _stragglerShares;
    private readonly FeatureStore[] _features;
    private readonly Lock _lock = new();

    /// <summary>Creates a test.</summary>
    /// <param name="images">The images.</param>
    /// <param name="maxImages">The maximum number of images used.</param>
    /// <param name="stragglerShares">The share of each class in the data of stragglers.</param>
    public ModelTest(Cifar10Examples images, int maxImages, ImmutableArray<double> stragglerShares)
    {
        _stragglerShares = stragglerShares;
        _byClass = [.. Enumerable.Range(0, Cifar10Examples.ClassCount).Select(label =>
            images.Subset([.. Enumerable.Range(0, Math.Min(maxImages, images.Count)).Where(i => images.LabelOf(i) == label)]))];
        _features = [.. _byClass.Select(_ => FeatureStore.InMemory())];
    }

    /// <summary>Measures a model.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="selection">The only coordinates that change between calls, which makes the test faster; null if all can change.</param>
    public ModelQuality Measure(Network network, ReadOnlySpan<float> parameters, ParameterSelection? selection = null)
    {
        // Only one thread can use the stored features at a time.
        using Lock.Scope alone = selection is null ? default : _lock.EnterScope();
        double correct = 0, count = 0, stragglers = 0, loss = 0;
        for (int label = 0; label < _byClass.Length; label++)
        {
            if (_byClass[label].Count == 0)
            {
                continue;
            }

            Evaluation result = selection is null
                ? network.Evaluate(parameters, _byClass[label], Batch)
                : network.EvaluateSelected(parameters, _byClass[label], selection, _features[label], Batch);
            correct += result.Accuracy * result.Count;
            loss += result.Loss * result.Count;
            count += result.Count;
            stragglers += result.Accuracy * _stragglerShares[label];
        }

        return new ModelQuality(correct / count, stragglers, loss / count);
    }

    public void Dispose() => Array.ForEach(_features, store => store.Dispose());
}
