using CsCheck;
using Ftte.TinyEngine.Tests.Planning;

namespace Ftte.TinyEngine.Tests.Training;

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
                float[] trained = new float[s.selection.Count];
                s.selection.Gather(received, trained);
                session.Arena.Everything().Fill(0xC5);
                ArrayExamples examples = TestData.Examples(s.batchSize, s.network.InputLength, s.network.ClassCount, 1);
                for (int place = 0; place < s.batchSize; place++)
                {
                    session.Load(place, examples, place);
                }

                var pass = new TrainingPass
                {
                    Arena = session.Arena,
                    Result = session.Result,
                    Examples = s.batchSize,
                    Received = received,
                    Trained = trained,
                    Target = trained,
                    LossScale = 1,
                    Shrink = 1,
                    Rate = 0.1f,
                };
                int moments = 2 * plan.Operations.Length;
                for (int moment = 0; moment < moments - plan.Cut; moment++)
                {
                    byte[] before = session.Arena.Everything().ToArray();
                    if (moment < plan.Operations.Length)
                    {
                        plan.Operations[moment].Forward(pass);
                    }
                    else
                    {
                        plan.Operations[moments - 1 - moment].Backward(pass);
                    }

                    AssertWritesOnlyTo([.. plan.Tensors.Where(t => t.FirstMoment <= moment && moment <= t.LastMoment)], before, session.Arena.Everything());
                }
            },
            iter: 150);

    [Fact]
    public void An_arena_refuses_a_tensor_that_does_not_lie_in_it()
    {
        using var arena = new Arena(128);
        var tensor = new Tensor("t", 64, ArenaEnd.Low) { Offset = 64 };
        Assert.Equal(16, arena.Floats(tensor, 16).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => arena.Floats(tensor, 17).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => arena.Floats(new Tensor("t", 64, ArenaEnd.Low) { Offset = 65 }, 1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => arena.Floats(new Tensor("t", 64, ArenaEnd.Low), 1).Length);
    }

    [Fact]
    public void A_disposed_arena_says_so()
    {
        var arena = new Arena(64);
        arena.Dispose();
        arena.Dispose();
        Assert.Throws<ObjectDisposedException>(() => arena.Everything().Length);
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
