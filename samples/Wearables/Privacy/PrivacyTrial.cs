using System.Collections.Immutable;
using Ftte;
using Ftte.Aggregation;
using Ftte.Privacy;
using Ftte.Privacy.SecureAggregation;
using Ftte.Samples.Shared;
using Ftte.Simulation;
using Ftte.TinyEngine;
using Ftte.TinyEngine.TimeSeries;
using Wearables.Data;
using Wearables.Learning;

namespace Wearables.Privacy;

/// <summary>Runs the settings with one seed, on the phones of the first fold. Clipping norm and quantization follow from the people who provide the start model, whose data are public here.</summary>
internal sealed class PrivacyTrial
{
    /// <summary>The versions between two contributions of a client, and the number of bands.</summary>
    public const int Separation = 6;

    /// <summary>delta, well below one divided by the number of clients.</summary>
    public const double Delta = 1e-5;

    /// <summary>K of secure aggregation.</summary>
    public const int CohortCapacity = 10;

    private const int Batch = 10;
    private const double ServerStep = 2;

    // Cohorts are smaller than the buffers of differential privacy, and their updates are not clipped.
    private const double CohortStep = 0.5;

    /// <summary>The standard deviation of the noise of runs that are only clipped, divided by the clipping norm.</summary>
    private const double NextToNoNoise = 1e-3;

    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2), StepTimeout = TimeSpan.FromSeconds(10);

    private readonly WearablesOptions _options;
    private readonly ulong _seed;
    private readonly Network _network = MotionNetwork.Create();
    private readonly SgdOptions _sgd;
    private readonly ImmutableArray<IExampleSource> _clients, _public;
    private readonly PooledExamples _test, _newcomers;
    private readonly float[] _start;
    private readonly Dictionary<string, (ParameterSelection Selection, double ClippingNorm, double MaxMagnitude)> _shares = [];

    public PrivacyTrial(WearablesOptions options, ImmutableArray<PersonDevice> devices, ulong seed, ReportProgress report, CancellationToken cancellationToken)
    {
        (_options, _seed) = (options, seed);
        _sgd = new SgdOptions { BatchSize = Batch, LearningRate = options.LearningRate, ClipRatio = Trial.ClipRatio, Seed = seed };
        var data = FoldData.Create([.. devices.Where(device => device.Kind == WearableDevice.Phone)], fold: 0, seed, options.Scaling);
        _clients = ClientData.Divide(data.Participants);
        _public = ClientData.Divide(data.Base);
        _test = new PooledExamples(data.Participants.Select(device => device.Test));
        _newcomers = new PooledExamples(data.Newcomers.Select(device => device.Test));
        _start = new CentralTraining(_network, data, seed, options.Threads).Base(report, cancellationToken);
    }

    /// <summary>Gets K of differential privacy: an eighth of the clients.</summary>
    private int Capacity => Math.Max(2, _clients.Length / 8);

    /// <summary>Runs a setting.</summary>
    public async Task<PrivacyRow> RunAsync(PrivacySetting setting, ReportProgress report, CancellationToken cancellationToken)
    {
        (ParameterSelection selection, double norm, double magnitude) = GetShare(setting.Share);
        DifferentialPrivacyOptions? privacy = setting.IsPrivate ? CreatePrivacy(setting, norm) : null;
        SimulationRule rule = privacy is not null ? CreatePrivateRule(setting, selection, privacy) : CreateRule(setting, selection, magnitude);
        SimulationResult run = await Simulator.RunAsync(
            rule,
            new ModelSnapshot(_network.Layout, default, _start),
            DevicePopulation.Of(DeviceKind.Phone, _clients.Length, _seed),
            new ClientTask(_network, _clients, _test, _sgd),
            new SimulationOptions
            {
                Seed = _seed,
                Threads = _options.Threads,
                MaxVersions = _options.PrivateVersions,
                EvaluateEveryVersions = _options.PrivateVersions,

                // Clients take turns, so that no client contributes more often than needed.
                Order = DeviceOrder.LongestIdle,
                Progress = progress => report(progress.Share, SimulationTrack.Describe(progress)),
            },
            cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return Describe(setting, selection, privacy, run);
    }

    private PrivacyRow Describe(PrivacySetting setting, ParameterSelection selection, DifferentialPrivacyOptions? privacy, SimulationResult run)
    {
        SimulationTotals totals = run.Totals;
        return new PrivacyRow(
            _options.PrivacySettings,
            _seed,
            setting.Name,
            _clients.Length,
            selection.Count,
            run.Points[0].Quality.Accuracy,
            run.Points[^1].Quality.Accuracy,
            _network.Evaluate(run.Model!.Parameters.Span, _newcomers).Accuracy,
            run.Model.Version.Number,
            run.Duration.TotalSeconds,
            totals.Accepted,
            totals.Trips,
            totals.BytesUp,
            totals.BytesDown)
        {
            ClippingNorm = privacy?.ClippingNorm,
            NoiseMultiplier = privacy?.NoiseMultiplier,
            MaxContributions = run.Jobs.Where(job => job.Outcome == JobOutcome.Accepted).GroupBy(job => job.Device).Select(jobs => jobs.LongCount()).DefaultIfEmpty().Max(),
            Cohorts = run.Cohorts is { } c ? new CohortCosts(c.Completed, c.Failed, c.Members, c.Left, c.BytesUp, c.BytesDown, c.Waiting.TotalSeconds, c.Steps.TotalSeconds) : null,
        };
    }

    private DifferentialPrivacyOptions CreatePrivacy(PrivacySetting setting, double norm)
    {
        // One more than the clients need if they take turns exactly.
        int versions = _options.PrivateVersions, contributions = ((versions * Capacity) + _clients.Length - 1) / _clients.Length;
        var limits = new ParticipationLimits(contributions + 1, Separation);
        int bands = setting.Noise == NoiseKind.Banded ? Separation : 1;
        DifferentialPrivacyOptions privacy = DifferentialPrivacyOptions.ForBudget(setting.Epsilon ?? 1, Delta, norm, versions, limits, bands);
        privacy.NoiseMultiplier = setting.Noise == NoiseKind.None ? NextToNoNoise : privacy.NoiseMultiplier;

        // So that the experiment can be repeated. It is not private.
        privacy.TestSeed = _seed;
        return privacy;
    }

    private SimulationRule CreatePrivateRule(PrivacySetting setting, ParameterSelection selection, DifferentialPrivacyOptions privacy)
    {
        BufferedAggregatorOptions aggregation = PrivateAggregator.CreateDefaultOptions();
        (aggregation.Capacity, aggregation.Concurrency, aggregation.Optimizer) = (Capacity, Capacity, ServerOptimizer.Sgd(ServerStep));
        return SimulationRule.FedBuff(selection, Capacity, Capacity) with
        {
            Name = setting.Name,
            Server = new FederatedServerOptions { MaxConcurrency = Capacity, LeaseDuration = Lease },
            CreateAggregator = (model, selections, _) => new PrivateAggregator(model, selections, privacy, aggregation),
        };
    }

    private SimulationRule CreateRule(PrivacySetting setting, ParameterSelection selection, double magnitude)
    {
        SimulationRule rule = SimulationRule.FedBuff(selection, CohortCapacity, 3 * CohortCapacity, CohortStep) with
        {
            Name = setting.Name,
            Server = new FederatedServerOptions { MaxConcurrency = 3 * CohortCapacity, LeaseDuration = Lease },
        };
        return setting.DropOut is { } dropOut
            ? rule.WithSecureAggregation(new SecureAggregationOptions { Capacity = CohortCapacity, Quantization = new SharedQuantization(magnitude), StepTimeout = StepTimeout }, dropOut)
            : rule;
    }

    private (ParameterSelection Selection, double ClippingNorm, double MaxMagnitude) GetShare(string share)
    {
        if (!_shares.TryGetValue(share, out var known))
        {
            ParameterSelection selection = share switch
            {
                PrivacySetting.All => _network.Trainable,
                PrivacySetting.Subset => _network.Fit(_options.WatchBytes * 5 / 8, _sgd).Plan.Selection,
                _ => _network.Fit(_options.WatchBytes * 5 / 16, _sgd).Plan.Selection,
            };
            known = _shares[share] = Measure(selection);
        }

        return known;
    }

    /// <summary>Measures the updates of public clients: their median norm, and ten times the root mean square of their coordinates.</summary>
    private (ParameterSelection Selection, double ClippingNorm, double MaxMagnitude) Measure(ParameterSelection selection)
    {
        double[] norms = [.. _public.Select(examples =>
        {
            float[] trained = [.. _start];
            _network.Train(trained, examples, _sgd, selection, new EngineOptions { PrefixExamples = null, Threads = 1 });
            return Math.Sqrt(trained.Zip(_start, (a, b) => ((double)a - b) * ((double)a - b)).Sum());
        }).Order()];
        double rms = Math.Sqrt(norms.Average(norm => norm * norm) / selection.Count);
        return (selection, norms[norms.Length / 2], 10 * rms);
    }
}
