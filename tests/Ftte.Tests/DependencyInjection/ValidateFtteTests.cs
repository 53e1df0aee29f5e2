using Ftte.Testing;
using Microsoft.Extensions.DependencyInjection;
using static Ftte.Tests.DependencyInjection.FtteServerBuilderTests;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests.DependencyInjection;

/// <summary>Invalid configuration is reported at startup.</summary>
public sealed class ValidateFtteTests
{
    private static readonly ParameterLayout Other = ParameterLayout.Create(("w", [3]));

    public static TheoryData<string, Action<IServiceCollection>> Mistakes { get; } = new()
    {
        { "The FederatedServer has no model. Add .UseModel(...)", s => s.AddFtteServer().UseSelection(A) },
        { "The FederatedServer 'x' has no selection. Add .UseSelection(...)", s => s.AddFtteServer(name: "x").UseModel(Start) },
        { "The selections are for 3 parameters, but the model has 12", s => s.AddFtteServer().UseModel(Start).UseSelection(ParameterSelection.Full(Other)) },
        { "QueueCapacity", s => s.AddFtteServer().UseModel(Start).UseSelection(A).UseOptions(_ => new FederatedServerOptions { QueueCapacity = 0 }) },
        { "file not found", s => s.AddFtteServer().UseSelection(A).UseModel(_ => throw new FileNotFoundException("file not found")) },
        { "The FederatedClient has no trainer. Add .UseTrainer(...)", s => s.AddFtteClient(Phone).UseServer(_ => new ScriptedServer()) },
        { "The FederatedClient 'y' has no server. Add .UseServer(...)", s => s.AddFtteClient(Phone, name: "y").UseTrainer(_ => new ScriptedTrainer(Layout)) },
        { "ClientId is empty", s => s.AddFtteClient().UseServer(_ => new ScriptedServer()).UseTrainer(_ => new ScriptedTrainer(Layout)) },
        { "Specify the model that this trainer trains", s => s.AddFtteClient(Phone)
            .UseServer(_ => new ScriptedServer()).UseTrainer(_ => new ScriptedTrainer(Layout)).UseHeldModel(_ => new ModelSnapshot(Other, default, [1, 2, 3]))
        },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_is_reported_before_any_device_calls(string reason, Action<IServiceCollection> mistake)
    {
        var services = new ServiceCollection();
        mistake(services);
        await using ServiceProvider provider = Build(services);

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(provider.ValidateFtte);

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.InnerException);
    }

    [Fact]
    public async Task All_mistakes_are_reported_at_once_with_the_federation()
    {
        var services = new ServiceCollection();
        services.AddFtteServer(name: "keyboard").UseModel(Start);
        services.AddFtteClient(name: "camera");
        await using ServiceProvider provider = Build(services);

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(provider.ValidateFtte);

        Assert.Contains("The FederatedServer 'keyboard' cannot be created", error.Message, StringComparison.Ordinal);
        Assert.Contains("The FederatedClient 'camera' cannot be created", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_right_is_created_and_nothing_is_sent()
    {
        var link = new ScriptedServer();
        var services = new ServiceCollection();
        services.AddFtteServer().UseModel(Start).UseSelection(A);
        services.AddFtteClient(Phone).UseTrainer(_ => new ScriptedTrainer(Layout)).UseServer(_ => link);
        await using ServiceProvider provider = Build(services);

        Assert.Same(provider, provider.ValidateFtte());
        Assert.Empty(link.Devices);
        await using ServiceProvider empty = Build(new ServiceCollection());
        empty.ValidateFtte();
    }

    private static void Phone(FederatedClientOptions options) => (options.ClientId, options.MemoryBudgetBytes) = (new ClientId("phone"), 1);
}
