using Ftte.TinyEngine;
using Wearables.Data;

namespace Wearables.Learning;

/// <summary>Trains without a federation: the base model, the pooled examples, and each device alone.</summary>
/// <param name="network">The network.</param>
/// <param name="data">The examples.</param>
/// <param name="seed">The seed.</param>
/// <param name="threads">The number of threads; the results do not depend on it.</param>
internal sealed class CentralTraining(Network network, FoldData data, ulong seed, int threads)
{
    private const int BaseEpochs = 20, PooledEpochs = 30, AloneSteps = 300;
    private const float Momentum = 0.9f;

    private float[]? _base;

    /// <summary>Returns the base model, trained on the examples of the base people.</summary>
    public float[] Base(ReportProgress report, CancellationToken cancellationToken)
    {
        if (_base is null)
        {
            float[] parameters = network.Initialize(seed);
            Train(parameters, new PooledExamples(data.Base.Select(device => device.Training)), epochs: BaseEpochs, steps: null, report, cancellationToken);
            _base = parameters;
        }

        return _base;
    }

    /// <summary>Trains the base model on the pooled examples of the base people and the participants.</summary>
    public float[] Pool(ReportProgress report, CancellationToken cancellationToken)
    {
        float[] parameters = [.. Base(report, cancellationToken)];
        Train(parameters, new PooledExamples(data.Base.Concat(data.Participants).Select(device => device.Training)), PooledEpochs, steps: null, report, cancellationToken);
        return parameters;
    }

    /// <summary>Trains on the examples of one device, from random weights.</summary>
    public float[] TrainAlone(IExampleSource examples, ReportProgress report, CancellationToken cancellationToken)
    {
        float[] parameters = network.Initialize(seed);
        Train(parameters, examples, epochs: 1, AloneSteps, report, cancellationToken);
        return parameters;
    }

    private void Train(float[] parameters, IExampleSource examples, int epochs, int? steps, ReportProgress report, CancellationToken cancellationToken)
    {
        var sgd = new SgdOptions
        {
            Epochs = epochs,
            Steps = steps,
            Seed = seed,
            Momentum = Momentum,
            ClipRatio = Trial.ClipRatio,
            Schedule = LearningRateSchedule.Cosine,
            Progress = progress => report((double)progress.Step / progress.Steps, "central training"),
        };
        network.Train(parameters, examples, sgd, engine: new EngineOptions { Threads = threads, PrefixExamples = null }, cancellationToken: cancellationToken);
    }
}
