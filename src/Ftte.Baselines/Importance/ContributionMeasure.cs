using Ftte.Selection;
using Ftte.TinyEngine;
using Ftte.TinyEngine.Importance;

namespace Ftte.Baselines;

/// <summary>Measures the gain of training each block alone, by contribution analysis (Lin et al., "On-Device Training Under 256KB Memory", NeurIPS 2022).</summary>
/// <remarks>
/// Every trainable block is trained alone for a few steps, always from the given parameters. Its value is the increase of the accuracy or the decrease
/// of the loss; 0 if that is negative. The most expensive measure, and the only one that makes no assumption about gradients. Gains are only approximately additive.
/// </remarks>
public sealed class ContributionMeasure : IImportanceMeasure
{
    private readonly ContributionOptions _options;

    /// <summary>Creates a measure.</summary>
    /// <param name="options">The options of training and evaluation; null for the defaults. Copied.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public ContributionMeasure(ContributionOptions? options = null)
    {
        _options = options?.Copy() ?? new ContributionOptions();
        _options.Training.Validate();
        _options.Engine?.Validate();
    }

    /// <inheritdoc />
    public BlockImportance Measure(
        Network network, ReadOnlySpan<float> parameters, IExampleSource examples, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        network.CheckFits(parameters, examples);
        IExampleSource evaluation = _options.Evaluation ?? examples;
        if (_options.Gain == ContributionGain.Accuracy && network.ClassCount == 0)
        {
            throw new ArgumentException(
                $"Loss '{network.Loss.Name}' has no classes, so accuracy is not defined. Set the gain to {nameof(ContributionGain.Loss)}.", nameof(network));
        }

        cancellationToken.ThrowIfCancellationRequested();
        double before = Score(network, parameters, evaluation);
        float[] trial = parameters.ToArray();
        double[] gains = new double[network.Layout.Blocks.Length];
        ParameterBlock[] blocks = [.. network.Operations.SelectMany(o => o.Trainable)];
        for (int i = 0; i < blocks.Length; i++)
        {
            ParameterRange range = blocks[i].Range;
            var alone = ParameterSelection.Create(network.Layout.ParameterCount, [range]);
            network.Train(trial, examples, _options.Training, alone, _options.Engine, cancellationToken);
            double gain = Score(network, trial, evaluation) - before;
            gains[network.Layout.Blocks.IndexOf(blocks[i])] = gain;
            parameters.Slice(range.Start, range.Length).CopyTo(trial.AsSpan(range.Start));
            _options.Progress?.Report(new ContributionProgress(blocks[i], gain, i + 1, blocks.Length));
        }

        return BlockValues.Seal(network, gains);
    }

    private double Score(Network network, ReadOnlySpan<float> parameters, IExampleSource evaluation)
    {
        Evaluation result = network.Evaluate(parameters, evaluation, threads: _options.Engine?.Threads ?? 1);
        return _options.Gain == ContributionGain.Accuracy ? result.Accuracy : -result.Loss;
    }
}
