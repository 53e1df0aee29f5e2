using Microsoft.Extensions.DependencyInjection;
using static Ftte.Tests.ServerBench;
using static Ftte.Tests.StoredServer;

namespace Ftte.Tests;

/// <summary>Evaluations by devices continue after a server with a store was killed.</summary>
public sealed class StoredEvaluationTests
{
    [Fact]
    public async Task An_answer_to_an_evaluation_counts_once_in_the_group_that_the_client_had()
    {
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 9, new FederatedServerOptions(), evaluates: true);
        await one.UseStoreAsync();
        TrainingAssignment first = await one.AssignAsync("d1"), second = await one.AssignAsync("d2");
        Assert.Equal(UpdateOutcome.Evaluated, (await one.SubmitAsync(first, [2, 0.5f])).Outcome);
        one.Evaluation!.GroupOf = _ => "later";

        await one.KillAsync();

        Assert.Equal(UpdateOutcome.Duplicate, (await one.SubmitAsync(first, [2, 0.5f])).Outcome);
        Assert.Equal(UpdateOutcome.Evaluated, (await one.SubmitAsync(second, [4, 0.25f])).Outcome);
        Assert.Equal(UpdateOutcome.Evaluated, (await one.SubmitAsync(await one.AssignAsync("d3"), [6, 1])).Outcome);
        FederatedEvaluation closed = Assert.Single(one.Closed);
        Assert.Equal(["d1 low 2 0.5", "d2 later 4 0.25", "d3 later 6 1"], closed.Answers.Select(answer => FormattableString.Invariant($"{answer.Client} {answer.Group} {answer.Values[0]} {answer.Values[1]}")));
        Assert.Equal(Start.Fingerprint, one.Server.BestModel?.Fingerprint);
    }

    [Fact]
    public async Task Early_stopping_and_the_best_version_survive_a_kill()
    {
        await using RestartableFederation one = new(
            surveys: false, inRounds: false, capacity: 1, new FederatedServerOptions(), evaluates: true, evaluation => (evaluation.Devices, evaluation.EveryVersions, evaluation.Patience) = (1, 1, 2));
        await one.UseStoreAsync();
        ulong best = 0;
        foreach (float loss in new[] { 5f, 3, 4, 6 })
        {
            best = loss == 3 ? one.Server.Current.Fingerprint : best;
            Assert.False(one.Server.IsTrainingEnded);
            Assert.Equal(UpdateOutcome.Evaluated, (await one.SubmitAsync(await one.AssignAsync($"e{loss}"), [loss, 0.5f])).Outcome);
            await one.KillAsync();
            if (loss != 6)
            {
                Assert.Equal(UpdateOutcome.Published, (await one.SubmitAsync(await one.AssignAsync($"e{loss}"))).Outcome);
            }
        }

        Assert.True(one.Server.IsTrainingEnded);
        Assert.Equal(best, one.Server.BestModel!.Fingerprint);
        Assert.Equal(CheckOutOutcome.TrainingEnded, (await one.CheckOutAsync("t")).Outcome);
    }

    [Fact]
    public async Task A_device_that_never_trains_has_no_budget_after_a_kill()
    {
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 3, evaluates: true);
        await one.UseStoreAsync();
        Assert.True((await one.CheckOutAsync("e", neverTrains: true)).IsAssigned);
        Assert.True((await one.CheckOutAsync("t")).IsAssigned);

        await one.KillAsync();

        Assert.Equal(1, one.Registry.Count);
    }

    [Fact]
    public async Task Without_the_evaluations_of_the_run_its_records_are_one_clear_error()
    {
        await using RestartableFederation one = new(surveys: false, inRounds: false, capacity: 3, evaluates: true);
        await one.UseStoreAsync();
        await one.SubmitAsync(await one.AssignAsync("a"));

        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await StartAsync(one.Store!.Copy()));

        Assert.Contains("the evaluation differ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_of_a_container_evaluates_with_a_store()
    {
        var store = new MemoryStore();
        await using (ServiceProvider provider = Build(store))
        {
            Assert.True(provider.GetRequiredService<FederatedServer>().CanEvaluate(new ClientId("a")));
            FederatedServer server = provider.GetRequiredService<FederatedServer>();
            CheckOutResponse asked = await server.CheckOutAsync(Device("a") with { CanEvaluate = true }, new float[Layout.ParameterCount]);
            using SparseUpdate answer = SparseUpdate.Create(asked.Assignment!.CreateHeader(1), [1, 0.5f]);
            Assert.Equal(UpdateOutcome.Evaluated, (await server.SubmitAsync(answer)).Outcome);
        }

        await using ServiceProvider resumed = Build(store);
        Assert.Equal(Start.Fingerprint, resumed.GetRequiredService<FederatedServer>().BestModel?.Fingerprint);

        static ServiceProvider Build(MemoryStore store) => new ServiceCollection()
            .AddFtteServer().UseModel(Start).UseSelection(A).UseEvaluation(new EvaluationOptions { Devices = 1 }).UseStore(_ => store).Services.BuildServiceProvider();
    }
}
