using System.Collections.Immutable;
using Ftte.Simulation;
using Ftte.TinyEngine;

namespace Cifar10.Learning;

/// <summary>Tests a model class by class: on all pictures alike, and as stragglers' own data would.</summary>
internal sealed class ModelTest
{
    private const int Batch = 50;

    private readonly ImmutableArray<Cifar10Examples> _byClass;
    private readonly ImmutableArray<double> _stragglerShares;

    /// <summary>Makes a test.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="most">How many of them are shown.</param>
    /// <param name="stragglerShares">The share of each class in what stragglers hold.</param>
    public ModelTest(Cifar10Examples pictures, int most, ImmutableArray<double> stragglerShares)
    {
        _stragglerShares = stragglerShares;
        _byClass = [.. Enumerable.Range(0, Cifar10Examples.ClassCount).Select(label =>
            pictures.Subset([.. Enumerable.Range(0, Math.Min(most, pictures.Count)).Where(i => pictures.LabelOf(i) == label)]))];
    }

    /// <summary>Measures a model.</summary>
    public ModelQuality Measure(Network network, ReadOnlySpan<float> parameters)
    {
        double correct = 0, count = 0, stragglers = 0, loss = 0;
        for (int label = 0; label < _byClass.Length; label++)
        {
            if (_byClass[label].Count == 0)
            {
                continue;
            }

            Evaluation result = network.Evaluate(parameters, _byClass[label], Batch);
            correct += result.Accuracy * result.Count;
            loss += result.Loss * result.Count;
            count += result.Count;
            stragglers += result.Accuracy * _stragglerShares[label];
        }

        return new ModelQuality(correct / count, stragglers, loss / count);
    }
}
