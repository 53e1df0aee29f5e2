using Ftte.Simulation.Jobs;
using Ftte.Simulation.Journal;
using Ftte.Simulation.Server;

namespace Ftte.Simulation.Running;

/// <summary>One run: creates its parts, runs the event loop and returns the result.</summary>
internal sealed class SimulationRun : IAsyncDisposable
{
    private readonly RunInput _input;
    private readonly RunState _state;
    private readonly JobFinisher _finisher;
    private readonly CohortRunner? _cohorts;
    private readonly Evaluator _evaluator;
    private readonly ProgressReporter _progress;
    private readonly EventLoop _loop;
    private readonly CancellationToken _cancellationToken;

    /// <summary>Creates a run.</summary>
    /// <param name="input">The arguments.</param>
    /// <param name="workers">The worker threads.</param>
    /// <param name="journal">The journal; null if the run has none.</param>
    /// <param name="decorate">Creates the server that devices call from the production server; null if they call that one.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public SimulationRun(RunInput input, TrainingWorkers workers, JournalFile? journal, Func<IFederatedServer, IFederatedServer>? decorate, CancellationToken cancellationToken)
    {
        (_input, _cancellationToken) = (input, cancellationToken);
        _state = new RunState(input, decorate);
        var delivery = new JobDelivery(_state);
        _cohorts = input.Rule.SecureAggregation is { } secure ? new CohortRunner(secure, input.Options.Seed, _state, delivery, cancellationToken) : null;
        _finisher = new JobFinisher(_state, delivery, _cohorts, cancellationToken);
        var plateau = new PlateauMonitor(input.Options.Plateau, _state.Server);
        _evaluator = new Evaluator(input.Task, input.Options, workers, journal, plateau);
        _progress = new ProgressReporter(input.Options, input.Start.Version, plateau);
        var starter = new JobStarter(input, _state, new JobTrainer(input.Task, workers, journal), cancellationToken);
        _loop = new EventLoop(input, _state, starter, _finisher, _cohorts, _evaluator, _progress);
    }

    public async Task<SimulationResult> RunAsync()
    {
        SimulationEnding ending;
        string? reason = null;
        try
        {
            await _evaluator.StartAsync(_state.Server.Current, _state.CreatePoint(), _cancellationToken).ConfigureAwait(false);
            (ending, reason) = await _loop.RunAsync(_cancellationToken).ConfigureAwait(false);
            await _evaluator.CompleteAsync(_state.Server.Current, _state.CreatePoint(), _cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_cancellationToken.IsCancellationRequested)
        {
            ending = SimulationEnding.Cancelled;
        }

        await AbandonAsync().ConfigureAwait(false);
        _progress.Report(_state.CreatePoint(), _evaluator.Newest, isLast: true, isComplete: ending != SimulationEnding.Cancelled);
        return CreateResult(ending, reason);
    }

    public async ValueTask DisposeAsync()
    {
        await AbandonAsync().ConfigureAwait(false);
        await _state.DisposeAsync().ConfigureAwait(false);
    }

    private async Task AbandonAsync()
    {
        await _finisher.AbandonAllAsync().ConfigureAwait(false);
        await _evaluator.AbandonAsync().ConfigureAwait(false);
    }

    private SimulationResult CreateResult(SimulationEnding ending, string? reason)
    {
        SimulatedServer server = _state.Server;
        return new SimulationResult
        {
            Rule = _input.Rule.Name,
            Seed = _input.Options.Seed,
            IsComplete = ending != SimulationEnding.Cancelled,
            Ending = ending,
            EndingReason = reason,
            Duration = _state.Now,
            Points = _evaluator.Points,
            Jobs = _state.Log.Jobs,
            DeviceEvaluations = server.Evaluations,
            Totals = _state.Log.Totals with
            {
                BytesUp = server.Link.BytesUp,
                BytesDown = server.Link.BytesDown,
                RefusedVersions = server.Events.RefusedVersions,
                FailedSelections = server.Events.FailedSelections,
            },
            Cohorts = _cohorts?.Totals,
            Model = server.Current,
            Selection = server.Selection,
            DeviceStates = _input.Task is IStatefulTask ? _state.Devices.KeptStates : [],
            Target = _input.Options.Target,
        };
    }
}
