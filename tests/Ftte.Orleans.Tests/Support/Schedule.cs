using Ftte.Store.CrashProbe;

namespace Ftte.Orleans.Tests;

/// <summary>Determines who checks out and who submits in each round, so that a cluster and a single server receive the same updates. Some updates are answers to assignments of earlier versions.</summary>
internal sealed class Schedule
{
    private const int Clients = 24;
    private const int MaxDelay = 3;

    private readonly List<List<int>> _checkOuts = [];
    private readonly List<List<int>> _submissions = [];

    public Schedule(int rounds, int seed)
    {
        var random = new Random(seed);
        var due = new List<(int Round, int Client)>();
        for (int round = 0; round < rounds; round++)
        {
            List<int> idle = [.. Enumerable.Range(0, Clients).Where(client => due.All(other => other.Client != client))];
            due.AddRange(idle.Select(client => (round + random.Next(MaxDelay), client)));
            List<(int Round, int Client)> ready = [.. due.OrderBy(other => other.Round).ThenBy(other => other.Client).Take(Workload.Capacity)];
            ready.ForEach(client => due.Remove(client));
            _checkOuts.Add(idle);
            _submissions.Add([.. ready.Select(client => client.Client)]);
        }
    }

    public int Rounds => _checkOuts.Count;

    /// <summary>Runs all rounds. Each publishes a version.</summary>
    /// <param name="server">Returns the server that a client calls.</param>
    /// <param name="version">Waits for a version.</param>
    /// <param name="order">Shuffles the updates of a round.</param>
    /// <returns>The fingerprints of all versions.</returns>
    public async Task<ulong[]> RunAsync(Func<int, IFederatedServer> server, Func<long, Task<ModelSnapshot>> version, Random order)
    {
        var assignments = new Dictionary<int, TrainingAssignment>();
        float[] parameters = new float[Workload.Layout.ParameterCount];
        var versions = new List<ulong>();
        for (int round = 0; round < Rounds; round++)
        {
            foreach (int client in _checkOuts[round])
            {
                CheckOutResponse response = await server(order.Next()).CheckOutAsync(new CheckOutRequest(new ClientId($"d{client}"), 1 << 20, Workload.Layout.Fingerprint), parameters);
                assignments[client] = response.Assignment ?? throw new InvalidOperationException($"Client {client} was answered with {response.Outcome} in round {round}.");
            }

            int[] submissions = [.. _submissions[round]];
            order.Shuffle(submissions);
            int current = round;
            UpdateReceipt[] receipts = await Task.WhenAll(submissions
                .Select(client => (Server: server(order.Next()), Assignment: assignments[client]))
                .ToArray()
                .Select(call => Task.Run(() => SubmitAsync(call.Server, call.Assignment, current))));
            Assert.All(receipts, receipt => Assert.True(receipt.Outcome is UpdateOutcome.Buffered or UpdateOutcome.Published, receipt.ToString()));
            versions.Add((await version(round + 1)).Fingerprint);
        }

        return [.. versions];
    }

    private static async Task<UpdateReceipt> SubmitAsync(IFederatedServer server, TrainingAssignment assignment, int round)
    {
        // The values depend on the client and the round only, because IDs differ between servers.
        UpdateHeader header = assignment.CreateHeader(1);
        using SparseUpdate values = Workload.Create(header with { Id = new UpdateId((ulong)round) });
        using SparseUpdate update = SparseUpdate.Create(header with { ExampleCount = values.Header.ExampleCount }, values.Values.Span);
        UpdateReceipt receipt;
        while ((receipt = await server.SubmitAsync(update)).Outcome == UpdateOutcome.Busy)
        {
            // As a device does. A commit takes longer than the refresh interval if the machine does other work.
            await Task.Delay(receipt.RetryAfter!.Value, TimeProvider.System);
        }

        return receipt;
    }
}
