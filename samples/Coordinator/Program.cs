using Coordinator;

return await CoordinatorCommand.InvokeAsync(
    args,
    (options, cancellationToken) => options.Migrate ? new Migration(options, Console.Out).RunAsync(cancellationToken) : new Session(options, Console.Out).RunAsync(cancellationToken),
    Console.Out,
    Console.Error);
