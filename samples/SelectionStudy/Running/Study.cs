using System.Collections.Concurrent;
using System.Collections.Immutable;
using Ftte;
using Ftte.Selection;
using Ftte.TinyEngine;
using SelectionStudy.Data;

namespace SelectionStudy.Running;

/// <summary>All runs of the study: every selector under every budget, each with the step size that serves it best, and training everything as reference.</summary>
/// <param name="options">What the user asked for.</param>
/// <param name="network">The network.</param>
/// <param name="start">The base model.</param>
/// <param name="pictures">The pictures.</param>
internal sealed class Study(StudyOptions options, Network network, ModelSnapshot start, CifarPictures pictures)
{
    private const ulong TuningSeed = 0;
    private static readonly double[] Shares = [1.0 / 8, 1.0 / 4, 1.0 / 2, 1];

    private readonly ConcurrentDictionary<ulong, (ImmutableArray<Cifar10Examples> Devices, BlockImportance Importance)> _worlds = new();
    private readonly TrainingProfile _profile = network.Profile(new SgdOptions { BatchSize = options.Batch }, inputShares: Shares);

    /// <summary>Gets what training everything takes without a plan, in bytes.</summary>
    public long EagerBytes { get; } = network.Plan(network.Trainable, new SgdOptions { BatchSize = options.Batch }).EagerBytes;

    /// <summary>Runs all, several at once.</summary>
    /// <param name="report">Is told after every run the share of the work done, and what came of it.</param>
    /// <param name="cancellationToken">Stops; runs that are done stay.</param>
    /// <returns>The runs that are done, in order.</returns>
    public List<StudyRun> Run(Action<double, StudyRun> report, CancellationToken cancellationToken)
    {
        (string Name, double? Share)[] cells =
        [
            ("full", null),
            .. options.Budgets.SelectMany(share => Contender.All(0).Select(c => (c.Name, (double?)share))),
        ];
        cells = [.. cells.Where(c => options.Selectors.IsEmpty || options.Selectors.Contains(c.Name))];
        int tuningUpdates = Math.Max(1, options.Updates / 8);
        double all = cells.Length * ((options.Rates.Length * tuningUpdates) + ((double)options.Seeds * options.Updates)), done = 0;
        var guard = new Lock();
        var runs = new List<(int Cell, StudyRun Run)>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Threads };
        try
        {
            Parallel.For(0, cells.Length, parallel, cell =>
            {
                (string name, double? share) = cells[cell];
                (float Rate, double Accuracy) best = (options.Rates[0], -1);
                foreach (float rate in options.Rates.Length > 1 ? options.Rates : [])
                {
                    StudyRun tried = Once(name, share, TuningSeed, rate, tuningUpdates, cancellationToken);
                    best = tried.Accuracy > best.Accuracy ? (rate, tried.Accuracy) : best;
                    Report(tuningUpdates, tried);
                }

                for (ulong seed = 1; seed <= (ulong)options.Seeds; seed++)
                {
                    StudyRun run = Once(name, share, seed, best.Rate, options.Updates, cancellationToken);
                    lock (guard)
                    {
                        runs.Add((cell, run));
                    }

                    Report(options.Updates, run);
                }
            });
        }
        catch (Exception stopped) when (cancellationToken.IsCancellationRequested && stopped is OperationCanceledException or AggregateException)
        {
        }

        return [.. runs.OrderBy(r => r.Cell).ThenBy(r => r.Run.Seed).Select(r => r.Run)];

        void Report(int updates, StudyRun run)
        {
            lock (guard)
            {
                done += updates;
                report(done / all, run);
            }
        }
    }

    private StudyRun Once(string name, double? share, ulong seed, float rate, int updates, CancellationToken cancellationToken)
    {
        (ImmutableArray<Cifar10Examples> devices, BlockImportance importance) = _worlds.GetOrAdd(seed, MakeWorld);
        Contender? contender = Contender.All(seed).FirstOrDefault(c => c.Name == name);
        long budget = share is { } s ? (long)(s * EagerBytes) : long.MaxValue;
        var request = new SelectionRequest(_profile, importance, budget);
        SelectionResult first = (contender?.Selector ?? new FullSelector()).Select(request, cancellationToken);
        ReselectionOptions? again = contender?.EveryVersions is { } versions
            ? new ReselectionOptions { Selector = contender.Selector, Profile = _profile, Importance = importance, EveryVersions = versions, MemoryBudgetBytes = budget }
            : null;
        var sgd = new SgdOptions { BatchSize = options.Batch, LearningRate = rate, ClipRatio = null, Seed = seed };
        ModelSnapshot last = FederatedRun.RunAsync(network, start, devices, first, again, sgd, updates, seed, cancellationToken).GetAwaiter().GetResult();
        return new StudyRun(
            name,
            share ?? 1,
            share is null ? EagerBytes : budget,
            seed,
            rate,
            first.Selection.Count,
            first.Certificate.Timeline.PeakBytes,
            first.Certificate.Objective / importance.Values.Sum(),
            network.Evaluate(last.Parameters.Span, pictures.Test, batchSize: 50).Accuracy);
    }

    private (ImmutableArray<Cifar10Examples> Devices, BlockImportance Importance) MakeWorld(ulong seed)
    {
        ImmutableArray<Cifar10Examples> devices = pictures.DivideAmong(options.Devices, options.Alpha, seed);
        return (devices, Survey.Ask(network, start.Parameters.ToArray(), devices, seed, CancellationToken.None));
    }
}
