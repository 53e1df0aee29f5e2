using System.Security.Cryptography;
using System.Text;

namespace Ftte.Tests.Aggregation;

/// <summary>Explores every order of messages, crashes, losses and repetitions within bounds, and validates every state that is reached.</summary>
/// <remarks>
/// In every state: what was acknowledged is in the database, no buffer exceeds its capacity, no update counts twice, and a version consists of exactly the updates of its buffer.
/// From every state: without further failures, all updates are acknowledged and all complete buffers are published. Timers of shards, publishers and devices fire when no message is in flight.
/// </remarks>
public sealed class PublisherProtocolTests(Xunit.Abstractions.ITestOutputHelper output)
{
    [Theory]
    [InlineData(2, 1, 1, 0, 0, 0, 0, -1)]
    [InlineData(3, 1, 2, 0, 0, 0, 0, -1)]
    [InlineData(2, 2, 2, 0, 0, 0, 0, -1)]
    [InlineData(1, 1, 1, 1, 0, 0, 0, -1)]
    [InlineData(2, 1, 2, 1, 0, 0, 0, -1)]
    [InlineData(2, 1, 1, 1, 0, 0, 0, -1)]
    [InlineData(2, 1, 2, 0, 1, 0, 0, -1)]
    [InlineData(2, 1, 1, 0, 1, 0, 0, -1)]
    [InlineData(2, 2, 2, 0, 1, 0, 0, -1)]
    [InlineData(2, 1, 1, 0, 0, 1, 0, -1)]
    [InlineData(1, 1, 1, 0, 0, 1, 1, -1)]
    [InlineData(2, 1, 2, 0, 0, 0, 1, -1)]
    [InlineData(1, 1, 1, 1, 1, 0, 0, -1)]
    [InlineData(2, 1, 2, 0, 0, 1, 0, 0)]
    [InlineData(2, 2, 2, 0, 0, 1, 0, 0)]
    [InlineData(3, 2, 2, 0, 0, 0, 0, -1)]
    [InlineData(2, 1, 2, 0, 0, 0, 0, -1, 1)]
    [InlineData(2, 2, 2, 0, 0, 0, 0, -1, 1)]
    [InlineData(1, 1, 2, 1, 0, 0, 0, -1, 1)]
    [InlineData(2, 1, 2, 0, 1, 0, 0, -1, 1)]
    public void No_order_of_messages_and_failures_loses_or_doubles_an_update_or_a_version(int updates, int shards, int capacity, int crashes, int losses, int repeats, int publishers, int refused, int timeouts = 0)
    {
        var bounds = new ClusterBounds(updates, shards, capacity, crashes, losses, repeats, publishers, refused, timeouts);
        var numbers = new Dictionary<UInt128, int>();
        var parents = new List<(int Parent, string Step)>();
        var predecessors = new List<List<int>>();
        var done = new List<int>();
        var queue = new Queue<(int Number, ClusterModel State)>();
        Add(new ClusterModel(bounds), -1, "start");
        while (queue.TryDequeue(out var visited))
        {
            if (visited.State.IsDone)
            {
                done.Add(visited.Number);
            }

            foreach ((string step, bool isFailure, ClusterModel next) in visited.State.GetSuccessors())
            {
                int number = Add(next, visited.Number, step);
                if (!isFailure)
                {
                    predecessors[number].Add(visited.Number);
                }
            }
        }

        output.WriteLine($"{bounds}: {numbers.Count} states, {done.Count} of them done");
        Assert.NotEmpty(done);
        var canEnd = new bool[numbers.Count];
        var open = new Stack<int>(done);
        while (open.TryPop(out int number))
        {
            if (!canEnd[number])
            {
                canEnd[number] = true;
                predecessors[number].ForEach(open.Push);
            }
        }

        int stuck = Array.IndexOf(canEnd, false);
        Assert.True(stuck < 0, stuck < 0 ? "" : $"The cluster waits forever after: {Trace(stuck)}");

        int Add(ClusterModel state, int parent, string step)
        {
            UInt128 key = Key(state);
            if (numbers.TryGetValue(key, out int number))
            {
                return number;
            }

            number = numbers.Count;
            numbers.Add(key, number);
            parents.Add((parent, step));
            predecessors.Add([]);
            Assert.True(state.Violation is null, state.Violation is null ? "" : $"{state.Violation} after: {Trace(number)}");
            queue.Enqueue((number, state));
            return number;
        }

        string Trace(int number)
        {
            var steps = new List<string>();
            for (; number >= 0; number = parents[number].Parent)
            {
                steps.Add(parents[number].Step);
            }

            steps.Reverse();
            return string.Join("; ", steps);
        }
    }

    /// <summary>Returns 128 bits that identify a state. States are too many to keep their texts.</summary>
    private static UInt128 Key(ClusterModel state)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(state.Describe()));
        return new UInt128(BitConverter.ToUInt64(hash, 0), BitConverter.ToUInt64(hash, 8));
    }
}
