using Ftte;
using Ftte.Http;
using Ftte.Samples.Shared;
using Ftte.TinyEngine;
using Ftte.Wire;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Worker;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
WorkerSettings settings = builder.Configuration.Get<WorkerSettings>() ?? new WorkerSettings();
Uri server = settings.Server ?? throw new InvalidOperationException("Server is missing. Specify the address of the coordinator, such as --Server https://localhost:5443/ftte.");

// The key never leaves the device. A device enrolls once, with the token that the coordinator printed.
using DeviceIdentity identity = DeviceIdentity.Load(settings.Folder)
    ?? await DeviceIdentity.EnrollAsync(
        server,
        settings.Token ?? throw new InvalidOperationException("Token is missing. Specify the token that the coordinator printed, because the device has not enrolled."),
        settings.Authority ?? throw new InvalidOperationException("Authority is missing. Specify the authority that the coordinator printed, because the device has not enrolled."),
        new ClientId(settings.Id),
        settings.Folder);
using HttpClient http = identity.CreateClient();

// Replace these with the network that the coordinator trains and the examples of the device. The last hundred are held back, so that the coordinator can ask how good the model is here.
Network network = NetworkZoo.Create("digits");
GeneratedExamples examples = Generate(400, seed: 1), heldBack = Generate(100, seed: 2);

var power = new PowerSupply("/sys/class/power_supply");
builder.Services
    .AddHostedFtteClient(options =>
    {
        options.MemoryBudgetBytes = 2 << 20;
        builder.Configuration.GetSection("Client").Bind(options);
        options.ClientId = identity.Client;
        options.ModelFile = Path.Combine(settings.Folder, "model");
        options.GetIneligibleReason = _ => ValueTask.FromResult(power.GetIneligibleReason());
    })
    .UseTrainer(provider => new LocalTrainer(network, examples, new SgdOptions(), heldBack: heldBack, logger: provider.GetRequiredService<ILogger<LocalTrainer>>()))
    .UseServer(_ => new HttpFederatedServer(http, server, network.Layout, new HttpFederatedServerOptions { UploadFormat = ValueFormat.Int8 }));

await builder.Build().RunAsync();

GeneratedExamples Generate(int count, ulong seed) =>
    new(new ClassTemplates(network.InputShape, network.ClassCount, 7), network.InputShape, count, CounterRandom.At(CounterRandom.At(7, WireMessage.GetSeed(identity.Client, default)), seed));
