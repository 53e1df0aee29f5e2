using Device;

return await DeviceCommand.InvokeAsync(args, (options, cancellationToken) => new Session(options, Console.Out).RunAsync(cancellationToken), Console.Out, Console.Error);
