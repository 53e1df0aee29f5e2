using Ftte.Aggregation;
using Ftte.DependencyInjection;
using Ftte.Selection;
using Ftte.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests.DependencyInjection;

/// <summary>A server from a container.</summary>
public sealed class FtteServerBuilderTests
{
    [Fact]
    public async Task A_model_and_a_selection_are_enough()
    {
        var services = new ServiceCollection();
        services.AddFtteServer().UseModel(Start).UseSelection(A);
        await using ServiceProvider provider = Build(services);

        var server = provider.GetRequiredService<FederatedServer>();

        Assert.Same(server, provider.GetRequiredService<IFederatedServer>());
        Assert.Same(Start, server.Current);
        Assert.IsType<BufferedAggregator>(provider.GetRequiredService<IAsyncAggregator>());
        Assert.Equal(A, provider.GetRequiredService<SelectionHistory>().Current.Selection);
    }

    [Fact]
    public async Task Everything_can_be_replaced_and_is_what_the_server_uses()
    {
        var time = new FakeTimeProvider();
        var registry = new DeviceRegistry();
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(time).AddSingleton(registry);
        services.AddFtteServer(o => o.MaxConcurrency = 1)
            .UseModel(_ => Start)
            .UseSelection(provider => ParameterSelection.Full(provider.GetRequiredService<ModelSnapshot>().Layout))
            .UseAggregator(provider => new AddingAggregator(provider.GetRequiredService<ModelSnapshot>(), provider.GetRequiredService<SelectionHistory>()));
        await using ServiceProvider provider = Build(services);
        var server = provider.GetRequiredService<FederatedServer>();

        TrainingAssignment assignment = (await server.CheckOutAsync(Device("a"), new float[12])).Assignment!;
        using SparseUpdate update = Update(assignment.CreateHeader(1), 12);

        Assert.True(assignment.Selection.IsFull);
        Assert.Equal(CheckOutOutcome.Busy, (await server.CheckOutAsync(Device("b"), new float[12])).Outcome);
        Assert.Equal(2, registry.Count);
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(CheckOutOutcome.Assigned, (await server.CheckOutAsync(Device("b"), new float[12])).Outcome);
        Assert.Equal(UpdateOutcome.Published, (await server.SubmitAsync(update)).Outcome);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_registry_has_the_limits_of_the_options_and_the_clock_of_the_container(bool late)
    {
        var options = new FederatedServerOptions { MaxClients = 2, ClientRetention = TimeSpan.FromDays(1) };
        var time = new FakeTimeProvider();
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(time);
        FtteServerBuilder builder = services.AddFtteServer(late ? null : o => (o.MaxClients, o.ClientRetention) = (options.MaxClients, options.ClientRetention)).UseModel(Start).UseSelection(A);
        _ = late ? builder.UseOptions(_ => options) : builder;
        await using ServiceProvider provider = Build(services);
        var server = provider.GetRequiredService<FederatedServer>();
        var registry = provider.GetRequiredService<DeviceRegistry>();

        foreach (string client in (string[])["a", "b", "c"])
        {
            await server.CheckOutAsync(Device(client), new float[12]);
        }

        Assert.Equal(2, registry.Count);
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, registry.Count);
    }

    [Fact]
    public async Task Evaluation_is_enabled_by_its_options()
    {
        var services = new ServiceCollection();
        services.AddFtteServer().UseModel(Start).UseSelection(A).UseEvaluation(new EvaluationOptions { Devices = 1 });
        await using ServiceProvider provider = Build(services);
        var server = provider.GetRequiredService<FederatedServer>();

        Assert.Equal(UpdateContent.Evaluation, (await server.CheckOutAsync(Device("a") with { CanEvaluate = true }, new float[12])).Assignment!.Content);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServiceCollection().AddFtteServer().UseEvaluation(new EvaluationOptions { Devices = 0 }));
    }

    [Fact]
    public async Task Another_rule_is_one_line()
    {
        var services = new ServiceCollection();
        services.AddFtteServer().UseModel(Start).UseSelection(A).UseAggregator(BufferedAggregatorOptions.FedAsync());
        await using ServiceProvider provider = Build(services);
        IFederatedServer server = provider.GetRequiredService<IFederatedServer>();
        TrainingAssignment assignment = (await server.CheckOutAsync(Device("a"), new float[12])).Assignment!;
        using SparseUpdate update = Update(assignment.CreateHeader(1), 4);

        Assert.Equal(UpdateOutcome.Published, (await server.SubmitAsync(update)).Outcome);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_call_registers_reselection(bool late)
    {
        ReselectionOptions reselection = new TurningSelector().Every(1);
        var services = new ServiceCollection();
        FtteServerBuilder builder = services.AddFtteServer().UseModel(Start).UseSelection(A).UseAggregator(BufferedAggregatorOptions.FedAsync());
        _ = late ? builder.UseReselection(provider => provider.GetRequiredService<ModelSnapshot>() == Start ? reselection : null!) : builder.UseReselection(reselection);
        await using ServiceProvider provider = Build(services);
        IFederatedServer server = provider.GetRequiredService<IFederatedServer>();
        TrainingAssignment assignment = (await server.CheckOutAsync(Device("a"), new float[12])).Assignment!;
        using SparseUpdate update = Update(assignment.CreateHeader(1), 4);

        await server.SubmitAsync(update);

        Assert.Equal(B, provider.GetRequiredService<FederatedServer>().LatestSelection?.Selection);
    }

    [Theory]
    [InlineData(0, 1000, 1000)]
    [InlineData(2000, 1000, 2000)]
    public async Task A_device_with_less_memory_than_the_selection_requires_gets_no_work(long fromOptions, long ofSelection, long required)
    {
        var services = new ServiceCollection();
        services.AddFtteServer(options => options.RequiredMemoryBytes = fromOptions).UseModel(Start).UseSelection(A, ofSelection);
        await using ServiceProvider provider = Build(services);
        IFederatedServer server = provider.GetRequiredService<IFederatedServer>();

        Assert.Equal(CheckOutOutcome.NotEnoughMemory, (await server.CheckOutAsync(Device("a", memoryBudgetBytes: required - 1), new float[12])).Outcome);
        Assert.Equal(CheckOutOutcome.Assigned, (await server.CheckOutAsync(Device("b", memoryBudgetBytes: required), new float[12])).Outcome);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServiceCollection().AddFtteServer().UseSelection(A, -1));
    }

    [Fact]
    public async Task Another_selection_also_replaces_the_required_memory()
    {
        var services = new ServiceCollection();
        services.AddFtteServer(name: "watch").UseModel(Start).UseSelection(A, 1000).UseSelection(B);
        await using ServiceProvider provider = Build(services);

        CheckOutResponse response = await provider.GetRequiredKeyedService<IFederatedServer>("watch").CheckOutAsync(Device("a", memoryBudgetBytes: 1), new float[12]);

        Assert.Equal(B, response.Assignment!.Selection);
    }

    [Fact]
    public async Task What_is_missing_is_named_with_the_call_to_add()
    {
        var services = new ServiceCollection();
        FtteServerBuilder builder = services.AddFtteServer();
        Assert.Contains("no model. Add .UseModel(...) after services.AddFtteServer(...)", await MessageAsync(), StringComparison.Ordinal);
        builder.UseModel(Start);
        Assert.Contains("no selection. Add .UseSelection(...) after services.AddFtteServer(...)", await MessageAsync(), StringComparison.Ordinal);
        builder.UseSelection(A);
        await using ServiceProvider provider = Build(services);
        Assert.NotNull(provider.GetRequiredService<FederatedServer>());

        async Task<string> MessageAsync()
        {
            await using ServiceProvider incomplete = Build(services);
            return Assert.Throws<InvalidOperationException>(() => incomplete.GetRequiredService<IFederatedServer>()).Message;
        }
    }

    [Fact]
    public void A_second_server_without_a_name_is_an_error_that_states_what_to_do()
    {
        var services = new ServiceCollection();
        services.AddFtteServer();

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => services.AddFtteServer());

        Assert.Contains("The FederatedServer was already added", error.Message, StringComparison.Ordinal);
        Assert.Contains("AddFtteServer(..., name: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_stops_with_the_container()
    {
        var services = new ServiceCollection();
        services.AddFtteServer().UseModel(Start).UseSelection(A);
        ServiceProvider provider = Build(services);
        var server = provider.GetRequiredService<IFederatedServer>();

        await provider.DisposeAsync();

        Assert.Equal(CheckOutOutcome.Stopped, (await server.CheckOutAsync(Device("a"), new float[12])).Outcome);
    }

    [Fact]
    public void A_setting_out_of_range_is_reported_when_the_server_is_added()
    {
        var services = new ServiceCollection();

        Assert.Equal("QueueCapacity", Assert.Throws<ArgumentOutOfRangeException>(() => services.AddFtteServer(o => o.QueueCapacity = 0)).ParamName);
        FtteServerBuilder builder = services.AddFtteServer();
        Assert.Equal("Capacity", Assert.Throws<ArgumentOutOfRangeException>(() => builder.UseAggregator(new BufferedAggregatorOptions { Capacity = 0 })).ParamName);
    }

    internal static ServiceProvider Build(ServiceCollection services) =>
        services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
}
