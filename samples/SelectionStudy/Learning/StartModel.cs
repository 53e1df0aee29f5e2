using Ftte;
using Ftte.Simulation;
using Ftte.TinyEngine;

namespace SelectionStudy.Learning;

/// <summary>Represents the initial model of every run and its tests.</summary>
internal sealed class StartModel
{
    /// <summary>The number of test images of the evaluations during a run.</summary>
    public const int EvaluationImages = 2000;

    private const int Batch = 50;

    private readonly Cifar10Examples _test;
    private readonly Cifar10Examples _testOnTheWay;
    private readonly int _threads;

    /// <summary>Creates the first version and evaluates it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">The parameters of the base model.</param>
    /// <param name="test">The test images.</param>
    /// <param name="threads">The number of threads that test; the result does not depend on it.</param>
    public StartModel(Network network, float[] parameters, Cifar10Examples test, int threads)
    {
        (Network, Model, _test, _threads) = (network, new ModelSnapshot(network.Layout, default, parameters), test, threads);
        _testOnTheWay = test.Subset([.. Enumerable.Range(0, Math.Min(EvaluationImages, test.Count))]);
        (Accuracy, QualityOnTheWay) = (Measure(Model), MeasureOnTheWay(Model));
    }

    public Network Network { get; }

    public ModelSnapshot Model { get; }

    /// <summary>Gets the accuracy of the base model on all test images.</summary>
    public double Accuracy { get; }

    /// <summary>Gets the quality of the base model on the images of the evaluations during a run.</summary>
    public ModelQuality QualityOnTheWay { get; }

    /// <summary>Evaluates the accuracy of a model on all test images.</summary>
    public double Measure(ModelSnapshot model) => Network.Evaluate(model.Parameters.Span, _test, Batch, threads: _threads).Accuracy;

    /// <summary>Evaluates a model during a run.</summary>
    public ModelQuality MeasureOnTheWay(ModelSnapshot model)
    {
        Evaluation result = Network.Evaluate(model.Parameters.Span, _testOnTheWay, Batch);
        return new ModelQuality(result.Accuracy, Loss: result.Loss);
    }
}
