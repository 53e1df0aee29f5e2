using Ftte;
using Ftte.Simulation;
using Ftte.TinyEngine;

namespace SelectionStudy.Learning;

/// <summary>The model that every run starts from, and the tests that measure what is learned.</summary>
internal sealed class StartModel
{
    /// <summary>The number of test pictures of the evaluations during a run.</summary>
    public const int PicturesOnTheWay = 2000;

    private const int Batch = 50;

    private readonly Cifar10Examples _test;
    private readonly Cifar10Examples _testOnTheWay;
    private readonly int _threads;

    /// <summary>Creates the first version and measures it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">The parameters of the base model.</param>
    /// <param name="test">The test pictures.</param>
    /// <param name="threads">The number of threads that test; the result does not depend on it.</param>
    public StartModel(Network network, float[] parameters, Cifar10Examples test, int threads)
    {
        (Network, Model, _test, _threads) = (network, new ModelSnapshot(network.Layout, default, parameters), test, threads);
        _testOnTheWay = test.Subset([.. Enumerable.Range(0, Math.Min(PicturesOnTheWay, test.Count))]);
        (Accuracy, QualityOnTheWay) = (Measure(Model), MeasureOnTheWay(Model));
    }

    public Network Network { get; }

    public ModelSnapshot Model { get; }

    /// <summary>Gets the accuracy of the base model on all test pictures.</summary>
    public double Accuracy { get; }

    /// <summary>Gets the quality of the base model on the pictures of the evaluations during a run.</summary>
    public ModelQuality QualityOnTheWay { get; }

    /// <summary>Measures the accuracy of a model on all test pictures.</summary>
    public double Measure(ModelSnapshot model) => Network.Evaluate(model.Parameters.Span, _test, Batch, threads: _threads).Accuracy;

    /// <summary>Measures a model during a run.</summary>
    public ModelQuality MeasureOnTheWay(ModelSnapshot model)
    {
        Evaluation result = Network.Evaluate(model.Parameters.Span, _testOnTheWay, Batch);
        return new ModelQuality(result.Accuracy, Loss: result.Loss);
    }
}
