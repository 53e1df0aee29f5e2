using System.Collections.Immutable;
using System.Globalization;

namespace Ftte.Simulation;

/// <summary>The looks at the model. They are measured beside the training; the one before last is known whenever the next is begun.</summary>
internal sealed class Evaluations(ILearningTask task, SimulationOptions options, TrainingCrew crew, JournalFile? journal)
{
    private const int InARow = 3;

    private readonly List<EvaluationPoint> _points = [];
    private (EvaluationPoint Point, Task<ModelQuality> Quality)? _pending;
    private EvaluationPoint? _last;
    private int _atTarget;

    /// <summary>Gets the evaluations that are known.</summary>
    public ImmutableArray<EvaluationPoint> Points => [.. _points];

    /// <summary>Gets the newest that is known; null before the first.</summary>
    public ModelQuality? Newest => _points.Count > 0 ? _points[^1].Quality : null;

    /// <summary>Gets whether the target was reached and the run is to end there.</summary>
    public bool IsDone => options.StopAtTarget && _atTarget >= InARow;

    /// <summary>Says whether a version is to be looked at.</summary>
    public bool IsDue(TimeSpan now, ModelVersion version) =>
        _last is not { } last || (version - last.Version >= options.EvaluateEveryVersions && now - last.Time >= options.EvaluateEvery);

    /// <summary>Begins to look at a model, once the look before is known.</summary>
    /// <param name="model">The model.</param>
    /// <param name="point">When, and what it has cost by then; the quality is filled in.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task BeginAsync(ModelSnapshot model, EvaluationPoint point, CancellationToken cancellationToken)
    {
        await FinishAsync().ConfigureAwait(false);
        _last = point;
        byte[] fingerprint = journal is null ? [] : Fingerprint.Of(model);
        Task<ModelQuality> quality = journal?.Find(model.Version, fingerprint) is { } known
            ? Task.FromResult(known)
            : crew.PostAsync(() => Measure(model, fingerprint, cancellationToken), (point.Time, -1));
        _pending = (point, quality);
    }

    /// <summary>Looks at the last version, unless that was done.</summary>
    public async Task FinishAsync(ModelSnapshot model, EvaluationPoint point, CancellationToken cancellationToken)
    {
        if (_last?.Version != model.Version)
        {
            await BeginAsync(model, point, cancellationToken).ConfigureAwait(false);
        }

        await FinishAsync().ConfigureAwait(false);
    }

    /// <summary>Gives up a look that is not known yet.</summary>
    public async Task AbandonAsync()
    {
        if (_pending is { } pending)
        {
            await ((Task)pending.Quality).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _pending = null;
        }
    }

    private ModelQuality Measure(ModelSnapshot model, byte[] fingerprint, CancellationToken cancellationToken)
    {
        ModelQuality quality = task.Evaluate(model, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (quality.Accuracy is not (>= 0 and <= 1) || quality.StragglerAccuracy is < 0 or > 1)
        {
            throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"Version {model.Version} was found to have an accuracy of {quality.Accuracy}, {quality.StragglerAccuracy} for stragglers; {task.GetType()} is to give shares, 0 to 1."));
        }

        journal?.Add(model.Version, fingerprint, quality);
        return quality;
    }

    private async Task FinishAsync()
    {
        if (_pending is not { } pending)
        {
            return;
        }

        ModelQuality quality = await pending.Quality.ConfigureAwait(false);
        _pending = null;
        _points.Add(pending.Point with { Quality = quality });
        _atTarget = quality.Accuracy >= options.Target ? _atTarget + 1 : IsDone ? _atTarget : 0;
    }
}
