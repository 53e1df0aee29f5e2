using System.Collections.Immutable;
using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Store.CrashProbe;
using Microsoft.Extensions.DependencyInjection;

namespace Ftte.Orleans.Tests;

/// <summary>Devices that train and measure, and a profile in which training the first block requires about 60 kB, and training the second one 20 kB.</summary>
internal static class ReselectionWorkload
{
    public const int Shards = 3;

    /// <summary>A memory budget that allows either block, but not both.</summary>
    public const long Strong = 70_000;

    /// <summary>A memory budget that allows only the second block.</summary>
    public const long Weak = 30_000;

    public static ParameterSelection Hidden { get; } = ParameterSelection.Create(Workload.Layout.ParameterCount, [Workload.Layout.RangeOf(0)]);

    public static ParameterSelection Class { get; } = ParameterSelection.Create(Workload.Layout.ParameterCount, [Workload.Layout.RangeOf(1)]);

    private static TrainingProfile Profile { get; } = new(Workload.Layout, 100,
    [
        .. Workload.Layout.Blocks.Select(block => new TrainingStep(block.Name, 10, 20, 10, 0, [new TrainingChoice("all", [block.Range], SavedBytes: 4 * block.Range.Length)])),
    ]);

    public static ReselectionOptions Options(int everyVersions, int probes, Action<ReselectionOptions>? configure = null)
    {
        var options = new ReselectionOptions { Profile = Profile, Importance = new BlockImportance(Workload.Layout, 3, 1), EveryVersions = everyVersions, Probes = probes };
        configure?.Invoke(options);
        return options;
    }

    public static Task<TestSilos> StartAsync(string connectionString, int silos, ReselectionOptions options, Action<IServiceCollection>? configure = null) => TestSilos.StartAsync(connectionString, silos, Shards, services =>
    {
        services.AddKeyedSingleton<ReselectionOptions>(null, options);
        configure?.Invoke(services);
    });

    /// <summary>Returns a server with the settings of the cluster.</summary>
    public static FederatedServer CreateSingleServer(ReselectionOptions options, BufferedAggregatorOptions aggregator)
    {
        var selections = new SelectionHistory(Workload.Selection);
        return new FederatedServer(new BufferedAggregator(Workload.Start, selections, aggregator), selections, reselection: options);
    }

    /// <summary>Requests work for a device.</summary>
    public static async Task<CheckOutResponse> CheckOutAsync(IFederatedServer server, string client, long budget = Strong, bool canProbe = true) =>
        await server.CheckOutAsync(new CheckOutRequest(new ClientId(client), budget, Workload.Layout.Fingerprint, CanProbe: canProbe), new float[Workload.Layout.ParameterCount]);

    public static async Task<TrainingAssignment> AssignAsync(IFederatedServer server, string client, long budget = Strong, bool canProbe = true)
    {
        CheckOutResponse response = await CheckOutAsync(server, client, budget, canProbe);
        return response.Assignment ?? throw new InvalidOperationException($"Client {client} was answered with {response.Outcome}.");
    }

    /// <summary>Requests work for devices, and answers the survey for those that are asked.</summary>
    /// <param name="server">Returns the server that a device calls.</param>
    /// <param name="clients">The devices.</param>
    /// <param name="budget">Returns the budget of a device.</param>
    /// <param name="max">The maximum number of answers.</param>
    /// <returns>The devices that were asked.</returns>
    public static async Task<ImmutableArray<TrainingAssignment>> SurveyAsync(Func<int, IFederatedServer> server, int clients, Func<int, long> budget, int max = int.MaxValue)
    {
        ImmutableArray<TrainingAssignment>.Builder asked = ImmutableArray.CreateBuilder<TrainingAssignment>();
        for (int i = 0; i < clients; i++)
        {
            TrainingAssignment assignment = await AssignAsync(server(i), $"d{i}", budget(i));
            if (assignment.Content == UpdateContent.Importance)
            {
                asked.Add(assignment);
            }
        }

        // Others may be asked when an answer ends a lease.
        for (int i = 0; i < Math.Min(max, asked.Count); i++)
        {
            Assert.Equal(UpdateOutcome.Surveyed, (await SubmitAsync(server(i), asked[i], Importance(i))).Outcome);
        }

        return asked.ToImmutable();
    }

    /// <summary>Lets devices train once each, without measuring.</summary>
    public static async Task<ImmutableArray<UpdateHeader>> TrainAsync(Func<int, IFederatedServer> server, int clients, Func<int, long> budget)
    {
        ImmutableArray<UpdateHeader>.Builder headers = ImmutableArray.CreateBuilder<UpdateHeader>();
        for (int i = 0; i < clients; i++)
        {
            TrainingAssignment assignment = await AssignAsync(server(i), $"d{i}", budget(i), canProbe: false);
            headers.Add(await TrainAsync(server(i + 1), assignment));
        }

        return headers.ToImmutable();
    }

    /// <summary>Submits the update that answers an assignment.</summary>
    public static async Task<UpdateHeader> TrainAsync(IFederatedServer server, TrainingAssignment assignment)
    {
        UpdateReceipt receipt = await SubmitAsync(server, assignment, Values(assignment.UpdateId, assignment.Selection.Count));
        Assert.True(receipt.Outcome is UpdateOutcome.Buffered or UpdateOutcome.Published, $"{assignment.Client}: {receipt}");
        return assignment.CreateHeader(1);
    }

    public static async Task<UpdateReceipt> SubmitAsync(IFederatedServer server, TrainingAssignment assignment, float[] values)
    {
        using SparseUpdate update = SparseUpdate.Create(assignment.CreateHeader(1), values);
        UpdateReceipt receipt;
        while ((receipt = await server.SubmitAsync(update)).Outcome == UpdateOutcome.Busy)
        {
            await Task.Delay(receipt.RetryAfter!.Value, TimeProvider.System);
        }

        return receipt;
    }

    /// <summary>Returns the values of an update, which its ID determines.</summary>
    public static float[] Values(UpdateId id, int count)
    {
        var random = new Random((int)(id.Value >> 33));
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) / 100)];
    }

    /// <summary>Returns what a device measures.</summary>
    public static float[] Importance(int device) => [4 + device, 2];
}
