using System.Diagnostics.Metrics;
using Ftte.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests.DependencyInjection;

/// <summary>The metrics of servers in a container with a meter factory, as hosts have.</summary>
public sealed class MeterFactoryTests
{
    [Fact]
    public async Task Each_server_has_a_meter_of_the_factory_with_its_name_as_a_tag()
    {
        using var factory = new RecordingFactory();
        var services = new ServiceCollection();
        services.AddSingleton<IMeterFactory>(factory);
        services.AddFtteServer().UseModel(Start).UseSelection(A);
        services.AddFtteServer(name: "watch").UseModel(Start).UseSelection(A);
        await using ServiceProvider provider = services.BuildServiceProvider();

        Meter unnamed = provider.GetRequiredService<FederatedServer>().Meter, named = provider.GetRequiredKeyedService<FederatedServer>("watch").Meter;

        Assert.Equal([unnamed, named], factory.Created);
        Assert.Equal((FtteDiagnostics.MeterName, FtteDiagnostics.MeterName), (unnamed.Name, named.Name));
        Assert.Null(unnamed.Tags);
        Assert.Equal([new(FtteDiagnostics.FederationTag, "watch")], named.Tags!);
    }

    [Fact]
    public async Task The_options_of_a_server_win_over_the_factory()
    {
        using var factory = new RecordingFactory();
        using var own = new Meter(FtteDiagnostics.MeterName);
        await using ServiceProvider provider = new ServiceCollection().AddSingleton<IMeterFactory>(factory)
            .AddFtteServer(options => options.CreateMeter = () => own).UseModel(Start).UseSelection(A).Services.BuildServiceProvider();

        Assert.Same(own, provider.GetRequiredService<FederatedServer>().Meter);
        Assert.Empty(factory.Created);
    }

    private sealed class RecordingFactory : IMeterFactory
    {
        public List<Meter> Created { get; } = [];

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(options);
            Created.Add(meter);
            return meter;
        }

        public void Dispose() => Created.ForEach(meter => meter.Dispose());
    }
}
