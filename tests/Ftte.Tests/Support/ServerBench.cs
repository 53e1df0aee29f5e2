using System.Collections.Concurrent;
using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Ftte.Tests;

/// <summary>A server with a small model, a clock that stands still, and one-line ways to be its devices.</summary>
internal sealed class ServerBench : IAsyncDisposable
{
    public static readonly ParameterLayout Layout = ParameterLayout.Create(("a", [4]), ("b", [3]), ("c", [5]));

    public static readonly ParameterSelection A = ParameterSelection.OfBlocks(Layout, "a");

    public static readonly ParameterSelection B = ParameterSelection.OfBlocks(Layout, "b");

    public static readonly ParameterSelection C = ParameterSelection.OfBlocks(Layout, "c");

    private readonly ConcurrentDictionary<(string Client, ulong Id), UpdateHeader> _headers = [];

    private ServerBench(IAsyncAggregator aggregator, SelectionHistory selections, FederatedServerOptions? options, DeviceRegistry? registry, ReselectionOptions? reselection = null, bool log = false, EvaluationOptions? evaluation = null)
    {
        Selections = selections;
        Registry = registry ?? new DeviceRegistry();
        Server = new FederatedServer(aggregator, selections, options, Registry, Time, reselection is null && evaluation is null && !log ? null : Log, reselection, evaluation);
    }

    public FakeTimeProvider Time { get; } = new();

    /// <summary>Gets what a server that chooses anew has logged.</summary>
    public LogLines<FederatedServer> Log { get; } = new();

    public SelectionHistory Selections { get; }

    public DeviceRegistry Registry { get; }

    public FederatedServer Server { get; }

    public static ModelSnapshot Start { get; } = new(Layout, default, [.. Enumerable.Range(0, Layout.ParameterCount).Select(i => (float)i)]);

    /// <summary>A server that publishes after every K updates.</summary>
    public static ServerBench Adding(FederatedServerOptions? options = null, int capacity = 1, DeviceRegistry? registry = null, ReselectionOptions? reselection = null, EvaluationOptions? evaluation = null)
    {
        var selections = new SelectionHistory(A);
        return new ServerBench(new AddingAggregator(Start, selections, capacity), selections, options, registry, reselection, evaluation: evaluation);
    }

    /// <summary>A server that chooses anew, by the library's own rule of aggregation.</summary>
    public static ServerBench Choosing(ReselectionOptions reselection, int capacity = 1, FederatedServerOptions? options = null)
    {
        var selections = new SelectionHistory(A);
        return new ServerBench(new BufferedAggregator(Start, selections, new() { Capacity = capacity }), selections, options, null, reselection);
    }

    /// <summary>A server whose aggregator follows a script.</summary>
    public static ServerBench Scripted(out ScriptedAggregator aggregator, FederatedServerOptions? options = null, ModelSnapshot? start = null, bool log = false)
    {
        aggregator = new ScriptedAggregator(start ?? Start);
        return new ServerBench(aggregator, new SelectionHistory(A), options, null, log: log);
    }

    public static CheckOutRequest Device(string client, long? held = null, long memoryBudgetBytes = 1 << 20) =>
        new(new ClientId(client), memoryBudgetBytes, Layout.Fingerprint, held is { } version ? new ModelVersion(version) : null, HeldFingerprint: Start.Fingerprint);

    /// <summary>A device that holds what an assignment brought it.</summary>
    public static CheckOutRequest Holding(TrainingAssignment assignment) =>
        Device(assignment.Client.Value, assignment.Version.Number) with { HeldFingerprint = assignment.ModelFingerprint };

    public static SparseUpdate Update(UpdateHeader header, int count) => SparseUpdate.Create(header, [.. Enumerable.Repeat(1f, count)]);

    /// <summary>A header that no assignment asked for.</summary>
    public static UpdateHeader Header(string client, ulong id = 1) => new(new ClientId(client), new UpdateId(id), Layout.Fingerprint, default, default, 1);

    public async Task<CheckOutResponse> CheckOutResponse(CheckOutRequest device, float[]? buffer = null) =>
        await Server.CheckOutAsync(device, buffer ?? new float[Layout.ParameterCount]);

    public Task<CheckOutResponse> CheckOutResponse(string client, long? held = null) => CheckOutResponse(Device(client, held));

    public async Task<TrainingAssignment> Assignment(string client, long? held = null)
    {
        CheckOutResponse answer = await CheckOutResponse(client, held);
        Assert.Equal(CheckOutOutcome.Assigned, answer.Outcome);
        return answer.Assignment!;
    }

    public async Task<UpdateReceipt> Submit(UpdateHeader header, int count = 4, CancellationToken cancellationToken = default)
    {
        using SparseUpdate update = Update(header, count);
        return await Server.SubmitAsync(update, cancellationToken);
    }

    public Task<UpdateReceipt> Submit(TrainingAssignment assignment) => Submit(assignment.CreateHeader(1), assignment.Selection.Count);

    /// <summary>Submits a client's n-th update, for which it asks for work the first time.</summary>
    public Task<UpdateReceipt> Submit(string client, ulong n = 1) => Submit(AssignedHeader(client, n));

    /// <summary>The header of a client's n-th update: that of an assignment, or one that nothing was assigned for if the server has no work.</summary>
    public UpdateHeader AssignedHeader(string client, ulong n = 1)
    {
        if (!_headers.TryGetValue((client, n), out UpdateHeader header))
        {
            Task<CheckOutResponse> answer = CheckOutResponse(client);
            Assert.True(answer.IsCompletedSuccessfully);
            header = answer.Result.Assignment?.CreateHeader(1) ?? Header(client, n);
            Assert.True(_headers.TryAdd((client, n), header));
        }

        return header;
    }

    /// <summary>Lets one device do a whole round, which publishes if the aggregator is one that publishes after every update.</summary>
    public async Task<UpdateReceipt> Round(string client, long? held = null) => await Submit(await Assignment(client, held));

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
