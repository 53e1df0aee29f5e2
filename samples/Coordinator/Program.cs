using Coordinator;

return await CoordinatorCommand.InvokeAsync(args, (options, cancellationToken) => new Session(options, Console.Out).RunAsync(cancellationToken), Console.Out, Console.Error);
