using CsCheck;
using Ftte.TinyEngine.Memory;
using Ftte.TinyEngine.Tests.Reference;

namespace Ftte.TinyEngine.Tests.Execution;

public class ArenaTests
{
    /// <summary>Runs a training step operation by operation and looks at every byte of the arena after each.</summary>
    [Fact]
    public void No_operation_of_random_networks_writes_outside_the_tensors_that_live_while_it_runs() =>
        (from network in RandomNetworks.Network
         from batchSize in Gen.Int[1, 12]
         let profile = network.Profile(batchSize, RandomNetworks.Shares)
         from choices in RandomNetworks.Choices(profile)
         select (network, batchSize, selection: RandomNetworks.Select(profile, choices)))
        .Sample(
            s =>
            {
                TrainingPlan plan = s.network.Plan(s.selection, s.batchSize);
                using var session = new TrainingSession(plan);
                Assert.Equal(plan.ArenaBytes, session.Arena.Bytes);
                float[] received = s.network.Initialize(1);
                float[] trained = new float[Math.Max(1, s.selection.Count)];
                s.selection.Gather(received, trained);
                session.Arena.Everything().Fill(0xC5);
                Watch(session, received, trained);
            },
            iter: 150);

    [Fact]
    public void A_disposed_arena_throws_ObjectDisposedException()
    {
        var arena = new Arena(64);
        arena.Dispose();
        arena.Dispose();
        Assert.Throws<ObjectDisposedException>(() => arena.Everything().Length);
    }

    private static unsafe void Watch(TrainingSession session, float[] received, float[] trained)
    {
        TrainingPlan plan = session.Plan;
        IExampleSource examples = TestNetworks.Examples(plan.Network, plan.BatchSize, 1);
        fixed (float* vector = received, values = trained)
        {
            using var frozen = new BorrowedVector(vector, received.Length);
            session.Pass.Bind(frozen, values);
            (session.Pass.LossScale, session.Pass.Rate, session.Pass.Seed) = (1, 0.1f, 5);
            session.Watcher = (moment, run) =>
            {
                byte[] before = session.Arena.Everything().ToArray();
                run();
                AssertWritesOnlyTo([.. plan.Tensors.Where(t => t.FirstMoment <= moment && moment <= t.LastMoment)], before, session.Arena.Everything());
            };
            session.Forward(new ExampleBatch(examples, order: null, 0, seed: null), 0, plan.BatchSize);
            session.Backward();
        }
    }

    private static void AssertWritesOnlyTo(PlannedTensor[] alive, byte[] before, ReadOnlySpan<byte> after)
    {
        for (int at = 0; at < before.Length; at++)
        {
            if (before[at] != after[at])
            {
                Assert.Contains(alive, t => t.Offset <= at && at < t.Offset + t.Bytes);
            }
        }
    }
}
