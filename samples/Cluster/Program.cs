using Cluster;

return args is ["--silo", ..]
    ? await SiloHost.RunAsync(args[1..])
    : await ClusterCommand.InvokeAsync(args, (options, cancellationToken) => new Session(options, Console.Out).RunAsync(cancellationToken), Console.Out, Console.Error);
