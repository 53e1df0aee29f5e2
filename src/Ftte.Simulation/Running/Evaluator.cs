using System.Collections.Immutable;
using System.Globalization;
using Ftte.Simulation.Jobs;
using Ftte.Simulation.Journal;

namespace Ftte.Simulation.Running;

/// <summary>Evaluates versions of the model on the worker threads while training goes on.</summary>
/// <remarks>At most one evaluation is pending. The next one starts only after its result is known, so that results do not depend on the number of threads.</remarks>
internal sealed class Evaluator(ILearningTask task, SimulationOptions options, TrainingWorkers workers, JournalFile? journal, PlateauMonitor plateau)
{
    /// <summary>The number of evaluations in a row that must reach the target.</summary>
    private const int TargetEvaluations = 3;

    private readonly List<EvaluationPoint> _points = [];
    private (EvaluationPoint Point, Task<ModelQuality> Quality)? _pending;
    private EvaluationPoint? _last;
    private int _atTarget;

    /// <summary>Gets the evaluations with known results.</summary>
    public ImmutableArray<EvaluationPoint> Points => [.. _points];

    /// <summary>Gets the newest known result; null before the first.</summary>
    public ModelQuality? Newest => _points.Count > 0 ? _points[^1].Quality : null;

    /// <summary>Gets a value that indicates whether the target was reached and the run must end there.</summary>
    public bool IsDone => options.StopAtTarget && _atTarget >= TargetEvaluations;

    /// <summary>Gets a value that indicates whether the accuracy no longer improves.</summary>
    public bool IsAtPlateau => plateau.IsDone;

    /// <summary>Determines whether a version must be evaluated.</summary>
    public bool IsDue(TimeSpan now, ModelVersion version) =>
        _last is not { } last
        || (version - last.Version >= options.EvaluateEveryVersions && now - last.Time >= options.EvaluateEvery && now - last.Time >= options.EvaluateEveryShare * last.Time);

    /// <summary>Starts the evaluation of a model, after the result of the previous evaluation is known.</summary>
    /// <param name="model">The model.</param>
    /// <param name="point">The time and the costs so far. The quality is filled in.</param>
    /// <param name="cancellationToken">Cancels the evaluation.</param>
    public async Task StartAsync(ModelSnapshot model, EvaluationPoint point, CancellationToken cancellationToken)
    {
        await CompletePendingAsync().ConfigureAwait(false);
        _last = point;
        byte[] fingerprint = journal is null ? [] : Fingerprint.Of(model);
        Task<ModelQuality> quality = journal?.Find(model.Version, fingerprint) is { } known
            ? Task.FromResult(known)
            : workers.RunAsync(() => Evaluate(model, fingerprint, cancellationToken), (point.Time, -1));
        _pending = (point, quality);
    }

    /// <summary>Evaluates the last version unless that was done, and waits for the result.</summary>
    public async Task CompleteAsync(ModelSnapshot model, EvaluationPoint point, CancellationToken cancellationToken)
    {
        if (_last?.Version != model.Version)
        {
            await StartAsync(model, point, cancellationToken).ConfigureAwait(false);
        }

        await CompletePendingAsync().ConfigureAwait(false);
    }

    /// <summary>Discards a pending evaluation.</summary>
    public async Task AbandonAsync()
    {
        if (_pending is { } pending)
        {
            await ((Task)pending.Quality).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _pending = null;
        }
    }

    private ModelQuality Evaluate(ModelSnapshot model, byte[] fingerprint, CancellationToken cancellationToken)
    {
        ModelQuality quality = task.Evaluate(model, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (quality.Accuracy is not (>= 0 and <= 1) || quality.StragglerAccuracy is < 0 or > 1 || quality.ValidationAccuracy is < 0 or > 1)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"{task.GetType()} returned the accuracy {quality.Accuracy} for version {model.Version}, and {quality.StragglerAccuracy} for stragglers. Return values in [0, 1]."));
        }

        journal?.Add(model.Version, fingerprint, quality);
        return quality;
    }

    private async Task CompletePendingAsync()
    {
        if (_pending is not { } pending)
        {
            return;
        }

        ModelQuality quality = await pending.Quality.ConfigureAwait(false);
        _pending = null;
        _points.Add(pending.Point with { Quality = quality });
        plateau.Observe(_points[^1]);
        _atTarget = quality.Accuracy >= options.Target ? _atTarget + 1 : IsDone ? _atTarget : 0;
    }
}
