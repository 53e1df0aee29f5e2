using Ftte.Selection;
using Ftte.TinyEngine;
using Ftte.TinyEngine.Importance;

namespace Ftte.Baselines;

/// <summary>Measures the decrease of the loss in a trial step (Huang et al., ElasticTrainer, MobiSys 2023).</summary>
/// <remarks>
/// All parameters are trained for one or a few steps, and the result is discarded. The value of a block is -sum g_j dw_j over its parameters, with g the gradient of the mean loss at
/// the given parameters and dw the change by the trial; 0 if that is negative. With one plain step, this is the gradient energy times the learning rate; momentum,
/// decay, clipping and several steps have the same effect as in training.
/// </remarks>
public sealed class TrialStepMeasure : IImportanceMeasure
{
    private readonly SgdOptions? _options;
    private readonly EngineOptions? _engine;

    /// <summary>Creates a measure.</summary>
    /// <param name="options">The training options of the trial; null for one plain step over all examples. Copied.</param>
    /// <param name="engine">The engine options of the trial; null for the defaults. Copied.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public TrialStepMeasure(SgdOptions? options = null, EngineOptions? engine = null)
    {
        options?.Validate();
        engine?.Validate();
        _options = options?.Copy();
        _engine = engine?.Copy();
    }

    /// <inheritdoc />
    public BlockImportance Measure(
        Network network, ReadOnlySpan<float> parameters, IExampleSource examples, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        float[] gradient = network.Gradient(parameters, examples, cancellationToken: cancellationToken);
        float[] before = parameters.ToArray(), after = parameters.ToArray();
        (SgdOptions options, EngineOptions? engine) = _options is null
            ? (new SgdOptions { BatchSize = examples.Count, Steps = 1, LearningRate = 0.05f, ClipRatio = null }, _engine ?? new EngineOptions { MicroBatchSize = 16 })
            : (_options, _engine);
        network.Train(after, examples, options, network.Trainable, engine, cancellationToken);
        return BlockValues.Sum(network, j => -gradient[j] * ((double)after[j] - before[j]));
    }
}
