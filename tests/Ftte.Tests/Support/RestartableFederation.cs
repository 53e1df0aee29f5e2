using Ftte.Aggregation;
using Ftte.Selection;
using Microsoft.Extensions.Time.Testing;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests;

/// <summary>A server of the library's own rule that can be restarted.</summary>
internal sealed class RestartableFederation : IAsyncDisposable
{
    private readonly BufferedAggregatorOptions _aggregation;
    private readonly FederatedServerOptions _options;

    public RestartableFederation(bool surveys, bool inRounds, int capacity, FederatedServerOptions? options = null, bool evaluates = false, Action<EvaluationOptions>? configure = null)
    {
        Evaluation = evaluates ? new EvaluationOptions { Devices = 3, EveryVersions = 2, GroupOf = client => client.Value[^1] < '5' ? "low" : null, Evaluated = Closed.Add } : null;
        configure?.Invoke(Evaluation!);
        _aggregation = new BufferedAggregatorOptions { Capacity = capacity };
        _options = options ?? new FederatedServerOptions
        {
            MaxConcurrency = 6,
            MaxAssignmentsPerVersion = inRounds ? 6 : null,
            LeaseDuration = TimeSpan.FromMinutes(15),
            PublishTimeout = TimeSpan.FromMinutes(12),
            RefreshHistory = 3,
            Seed = 7,
        };
        Reselection = surveys ? new TurningSelector { OnSelect = request => request.Importance.Values.IndexOf(request.Importance.Values.Max()) }.Every(2, probes: 3) : null;
        Selections = new SelectionHistory(A, capacity: 4);
        Registry = new DeviceRegistry(time: Time);
        Server = new FederatedServer(new BufferedAggregator(Start, Selections, _aggregation), Selections, _options, Registry, Time, reselection: Reselection, evaluation: Evaluation);
    }

    public FakeTimeProvider Time { get; } = new();

    public ReselectionOptions? Reselection { get; }

    public EvaluationOptions? Evaluation { get; }

    /// <summary>Gets the evaluations that have closed, including those of replays.</summary>
    public List<FederatedEvaluation> Closed { get; } = [];

    public SelectionHistory Selections { get; private set; }

    public DeviceRegistry Registry { get; private set; }

    public FederatedServer Server { get; private set; }

    /// <summary>Gets the store; null until the federation is killed for the first time.</summary>
    public MemoryStore? Store { get; private set; }

    public BufferedAggregator RestoreAggregator(ServerState state, SelectionHistory selections) =>
        BufferedAggregator.Restore(state.Aggregator, Layout, selections, _aggregation);

    /// <summary>Runs a random federation and returns what its devices notice.</summary>
    public static async Task<List<string>> RunAsync(
        int seed, bool surveys, bool inRounds, bool evaluates, Func<RestartableFederation, Task>? interrupt = null, Func<RestartableFederation, Task>? begin = null)
    {
        await using RestartableFederation federation = new(surveys, inRounds, capacity: 4, evaluates: evaluates);
        await (begin?.Invoke(federation) ?? Task.CompletedTask);
        Random random = new(seed), cuts = new(seed + 100);
        var transcript = new List<string>();
        var assigned = new List<TrainingAssignment>();
        for (int step = 0; step < 600; step++)
        {
            if (interrupt is not null && cuts.Next(12) == 0)
            {
                await interrupt(federation);
            }

            int what = random.Next(10);
            if (what < 5)
            {
                string client = $"d{random.Next(9)}";
                CheckOutResponse answer = await federation.CheckOutAsync(client);
                transcript.Add($"{client} {answer.Outcome} {answer.RetryAfter} {answer.Assignment?.UpdateId} {answer.Assignment?.Version} {answer.Assignment?.SelectionVersion} {answer.Assignment?.Content} {answer.Assignment?.Refreshed.Count}");
                if (answer.IsAssigned)
                {
                    assigned.Add(answer.Assignment);
                }
            }
            else if (what < 9 && assigned.Count > 0)
            {
                // Mostly the latest, sometimes an old one, sometimes one that was answered before.
                int at = random.Next(3) == 0 ? random.Next(assigned.Count) : assigned.Count - 1;
                TrainingAssignment assignment = assigned[at];
                int count = CountValues(assignment);
                float[] values = [.. Enumerable.Range(0, count).Select(_ => random.NextSingle())];
                UpdateReceipt receipt = await federation.SubmitAsync(assignment, values);
                transcript.Add($"{assignment.Client} {receipt}");
                if (random.Next(4) != 0)
                {
                    assigned.RemoveAt(at);
                }
            }
            else
            {
                federation.Time.Advance(TimeSpan.FromSeconds(random.Next(200)));
                await federation.Server.DrainAsync();
            }

            transcript.Add($"{federation.Server.Current.Version} {federation.Server.Current.Fingerprint:x16} {federation.Selections.Current.Version} {federation.Server.BestModel?.Version} {federation.Server.BestModel?.Fingerprint:x16}");
        }

        return transcript;
    }

    public async Task RestartAsync()
    {
        byte[] bytes = (await Server.CaptureStateAsync()).Bytes.ToArray();
        await Server.DisposeAsync();
        ServerState state = ServerState.Read(bytes);
        Selections = state.RestoreSelections();
        Registry = new DeviceRegistry(time: Time);
        Server = FederatedServer.Restore(state, RestoreAggregator(state, Selections), Selections, OtherOptions(), Registry, Time, reselection: Reselection, evaluation: Evaluation);
        Assert.Equal(bytes, (await Server.CaptureStateAsync()).Bytes.ToArray());
    }

    /// <summary>Moves the run to a store; it must not have begun.</summary>
    public Task UseStoreAsync()
    {
        Store = new MemoryStore { Time = Time };
        return ResumeAsync();
    }

    /// <summary>Kills the server if no time has passed since it last answered a device, because later time is not stored.</summary>
    public Task KillAtCommitAsync() => Store!.CommittedAt == Time.GetUtcNow() ? KillAsync() : Task.CompletedTask;

    /// <summary>Ends the server without a warning, and starts another one from what was durable.</summary>
    public async Task KillAsync()
    {
        FederatedServer killed = Server;
        Store = Store!.Copy();
        await ResumeAsync();
        await killed.DisposeAsync();
    }

    public async Task<CheckOutResponse> CheckOutAsync(string client, (ModelVersion Version, ulong Fingerprint)? held = null, bool neverTrains = false) => await Server.CheckOutAsync(
        Device(client) with { CanProbe = true, CanEvaluate = true, NeverTrains = neverTrains, HeldVersion = held?.Version, HeldFingerprint = held?.Fingerprint ?? 0 }, new float[Layout.ParameterCount]);

    public async Task<TrainingAssignment> AssignAsync(string client) => (await CheckOutAsync(client)).Assignment!;

    public async Task<UpdateReceipt> SubmitAsync(TrainingAssignment assignment, float[]? values = null)
    {
        int count = CountValues(assignment);
        using SparseUpdate update = SparseUpdate.Create(assignment.CreateHeader(1), values ?? [.. Enumerable.Repeat(1f, count)]);
        return await Server.SubmitAsync(update);
    }

    private static int CountValues(TrainingAssignment assignment) => assignment.Content switch
    {
        UpdateContent.Importance => 3,
        UpdateContent.Evaluation => 2,
        _ => assignment.Selection.Count,
    };

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private async Task ResumeAsync()
    {
        StoredRun run = await StoredRun.LoadAsync(Store!);
        Selections = run.State?.RestoreSelections() ?? new SelectionHistory(A, capacity: 4);
        Registry = new DeviceRegistry(time: Time);
        BufferedAggregator aggregator = run.State is { } state ? RestoreAggregator(state, Selections) : new BufferedAggregator(Start, Selections, _aggregation);
        Server = await FederatedServer.ResumeAsync(run, aggregator, Selections, run.State is null ? _options : OtherOptions(), Registry, Time, reselection: Reselection, evaluation: Evaluation);
    }

    private FederatedServerOptions OtherOptions()
    {
        var other = new FederatedServerOptions();
        foreach (System.Reflection.PropertyInfo property in typeof(FederatedServerOptions).GetProperties())
        {
            property.SetValue(other, property.GetValue(_options));
        }

        other.Seed = 99;
        return other;
    }
}
